"""The demo portfolio keeps the file's money to the cent and agrees with its statuses as far as the money allows."""

import csv
import gzip
import time
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from amends.demo.portfolio import (
    AS_OF,
    DATA_PATH,
    DAYS_PAST_DUE_RANGES,
    PortfolioLoan,
    days_past_due,
    due_date,
    month_ends_until,
    read_portfolio,
)

READ_LIMIT_SECONDS = 4.0
"""Well above what reading takes (about one second), so that a busy machine passes and a slow algorithm does not."""


@pytest.fixture(scope="module")
def portfolio() -> list[PortfolioLoan]:
    return read_portfolio()


def in_own_range(loan: PortfolioLoan, tolerance_share: Decimal) -> bool:
    fewest, most = DAYS_PAST_DUE_RANGES[loan.loan_status]
    return fewest <= days_past_due(loan, tolerance_share=tolerance_share) <= most


def loans_in_own_range(portfolio: list[PortfolioLoan], tolerance_share: Decimal) -> Counter[str]:
    return Counter(loan.loan_status for loan in portfolio if in_own_range(loan, tolerance_share))


def test_reads_every_loan_with_its_own_borrower(portfolio: list[PortfolioLoan]) -> None:
    assert len(portfolio) == 10_000
    assert len({loan.loan_id for loan in portfolio}) == len({loan.borrower_id for loan in portfolio}) == 10_000
    assert Counter(loan.loan_status for loan in portfolio) == {
        "Current": 9375,
        "Fully Paid": 447,
        "In Grace Period": 67,
        "Late (31-120 days)": 66,
        "Late (16-30 days)": 38,
        "Charged Off": 7,
    }


def test_payments_sum_to_the_files_total_to_the_cent(portfolio: list[PortfolioLoan]) -> None:
    with gzip.open(DATA_PATH, "rt", encoding="utf-8", newline="") as stream:
        totals = [Decimal(row["paid_total"]) * 100 for row in csv.DictReader(stream)]
    for loan, total in zip(portfolio, totals, strict=True):
        paid_minor = sum(payment.amount_minor for payment in loan.payments)
        assert paid_minor == loan.paid_total_minor == total.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert all(payment.amount_minor > 0 for payment in loan.payments)


def test_payments_are_dated_in_order_after_disbursal_and_until_the_business_date(
    portfolio: list[PortfolioLoan],
) -> None:
    for loan in portfolio:
        dates = [loan.disbursed_on, *(payment.paid_on for payment in loan.payments)]
        assert all(earlier < later for earlier, later in pairwise(dates)), loan.loan_id
        assert dates[-1] <= AS_OF
        assert [payment.payment_id for payment in loan.payments] == [
            f"{loan.loan_id}-P{ordinal:02d}" for ordinal in range(1, len(loan.payments) + 1)
        ]


def test_a_loan_paid_off_ends_with_its_largest_payment(portfolio: list[PortfolioLoan]) -> None:
    for loan in portfolio:
        if loan.loan_status == "Fully Paid":
            assert loan.payments[-1].amount_minor == max(payment.amount_minor for payment in loan.payments)
            assert loan.balance_minor == 0


@pytest.mark.parametrize(
    ("tolerance_percent", "current", "in_grace", "late_16", "late_31"),
    [(0, 1482, 11, 6, 64), (5, 7854, 52, 30, 65), (10, 9172, 62, 35, 66), (20, 9375, 64, 35, 65)],
)
def test_days_past_due_agree_with_the_status_as_far_as_the_tolerance_allows(
    portfolio: list[PortfolioLoan], tolerance_percent: int, current: int, in_grace: int, late_16: int, late_31: int
) -> None:
    agreeing = loans_in_own_range(portfolio, Decimal(tolerance_percent) / 100)
    assert agreeing["Current"] == current
    assert agreeing["Fully Paid"] == 447
    assert agreeing["In Grace Period"] == in_grace
    assert agreeing["Late (16-30 days)"] == late_16
    assert agreeing["Late (31-120 days)"] == late_31


def test_instalments_covered_put_all_but_a_few_loans_into_their_status(portfolio: list[PortfolioLoan]) -> None:
    outside = Counter[str]()
    for loan in portfolio:
        fewest, most = DAYS_PAST_DUE_RANGES[loan.loan_status]
        days_late = max(0, (AS_OF - due_date(loan.disbursed_on, loan.instalments_covered + 1)).days)
        if loan.loan_status != "Fully Paid" and not fewest <= days_late <= most:
            outside[loan.loan_status] += 1
    assert outside == {"Current": 1, "In Grace Period": 3, "Late (16-30 days)": 1, "Charged Off": 5}


def test_the_shortfall_is_what_the_first_period_was_not_charged(portfolio: list[PortfolioLoan]) -> None:
    for loan in portfolio:
        assert 0 <= loan.shortfall_minor <= loan.installment_minor * 0.2
        monthly_interest_minor = loan.principal_minor * loan.annual_rate_percent / 1200
        assert loan.shortfall_minor <= monthly_interest_minor, loan.loan_id


def test_a_sample_is_deterministic_spread_and_has_every_status(portfolio: list[PortfolioLoan]) -> None:
    sample = read_portfolio(200)
    assert sample == read_portfolio(200)
    assert len(sample) == 200
    assert set(sample) <= set(portfolio)
    assert {loan.loan_status for loan in sample} == set(DAYS_PAST_DUE_RANGES)
    thousands = Counter(int(loan.loan_id[3:]) // 1000 for loan in sample)
    assert all(18 <= thousands[thousand] <= 22 for thousand in range(10))


@pytest.mark.parametrize(("asked", "got"), [(1, 1), (6, 6), (10_000, 10_000), (20_000, 10_000)])
def test_a_sample_has_the_size_asked_for(asked: int, got: int) -> None:
    sample = read_portfolio(asked)
    assert len(sample) == got
    assert len({loan.loan_status for loan in sample}) == min(asked, len(DAYS_PAST_DUE_RANGES))


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        read_portfolio(0)


def test_reading_is_quick() -> None:
    started = time.process_time()
    read_portfolio()
    assert time.process_time() - started < READ_LIMIT_SECONDS


def test_borrowers_are_fictitious_and_complete(portfolio: list[PortfolioLoan]) -> None:
    first = portfolio[0].borrower
    assert (first.name, first.email, first.phone) == (
        "Borrower 00001",
        "borrower-00001@example.com",
        "+15550000001",
    )
    assert Counter(loan.borrower.language for loan in portfolio) == {"en": 5000, "zh-CN": 5000}
    for time_zone in {loan.borrower.time_zone for loan in portfolio}:
        assert ZoneInfo(time_zone).key == time_zone


def test_due_dates_keep_the_month_end() -> None:
    assert [due_date(date(2018, 1, 31), number) for number in (1, 2, 3, 12)] == [
        date(2018, 2, 28),
        date(2018, 3, 31),
        date(2018, 4, 30),
        date(2019, 1, 31),
    ]


def test_month_ends_run_from_january_to_the_business_date() -> None:
    month_ends = [date(2018, 1, 31), date(2018, 2, 28), date(2018, 3, 31), date(2018, 4, 30), date(2018, 5, 31)]
    assert month_ends_until(AS_OF) == [*month_ends, AS_OF]
    assert month_ends_until(date(2018, 5, 31)) == month_ends
