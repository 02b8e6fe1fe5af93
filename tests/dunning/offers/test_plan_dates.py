"""When a plan's instalments fall due."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.dunning.offers.plan_dates import Every, PlanDates, monthly_equivalent_minor, months_between, periods_in
from services.schedules.schedule import LoanTerms, build_schedule
from tests.dunning.offers.loans import TERMS


def dates(terms: LoanTerms = TERMS, *, earliest_on: date = date(2025, 11, 1), day: int | None = None) -> PlanDates:
    """The dates of plans that begin shortly before the loan ends."""
    agreed = tuple(line.due_on for line in build_schedule(terms))
    return PlanDates(terms, earliest_on, agreed[-1], agreed, horizon_months=3, spare=0, due_day_of_month=day)


def test_dates_are_those_of_the_loan_and_like_ones_after_its_end() -> None:
    found = dates()
    assert list(map(str, found.due_dates[:4])) == ["2025-11-10", "2025-12-10", "2026-01-10", "2026-02-10"]
    assert found.remaining_count == 3


def test_no_date_lies_before_the_earliest() -> None:
    assert dates(earliest_on=date(2025, 11, 11)).due_dates[0] == date(2025, 12, 10)


def test_a_wished_day_is_kept_in_long_and_short_months() -> None:
    found = dates(earliest_on=date(2025, 11, 1), day=31)
    assert list(map(str, found.due_dates[:3])) == ["2025-12-31", "2026-01-31", "2026-02-28"]


def test_due_dates_that_were_moved_by_agreement_stay() -> None:
    agreed = (date(2025, 12, 15), date(2026, 1, 15))
    found = PlanDates(TERMS, date(2025, 12, 1), agreed[-1], agreed, horizon_months=2, spare=0)
    assert list(map(str, found.due_dates[:3])) == ["2025-12-15", "2026-01-15", "2026-02-10"]


def test_dates_off_working_days_move_as_the_loan_says() -> None:
    # 10 January 2026 is a Saturday.
    found = dates(replace(TERMS, country="CN", non_working_days="after"))
    moved = next(one for one in found.dates if one.counted_on == date(2026, 1, 10))
    assert moved.due_on == date(2026, 1, 12)


def test_where_moving_would_join_two_due_dates_none_moves() -> None:
    # The holidays of the lunar new year are longer than a period of three days.
    terms = LoanTerms(
        principal_minor=100_000,
        currency="CNY",
        annual_rate_percent=Decimal(0),
        method="equal_principal",
        number_of_instalments=2,
        every=(3, "days"),
        day_count="ACT/365",
        disbursed_on=date(2024, 1, 9),
        country="CN",
        non_working_days="after",
    )
    found = dates(terms, earliest_on=date(2024, 1, 10))
    assert found.due_dates[:2] == (date(2024, 1, 12), date(2024, 1, 15))
    assert len(set(found.due_dates)) == len(found.due_dates)


@pytest.mark.parametrize(
    ("every", "periods", "a_month_minor"),
    [((1, "months"), 6, 1200), ((3, "months"), 2, 400), ((2, "weeks"), 13, 2600), ((10, "days"), 19, 3650)],
)
def test_periods_and_months(every: Every, periods: int, a_month_minor: int) -> None:
    assert periods_in(every, 6) == periods
    assert monthly_equivalent_minor(1200, every) == a_month_minor


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [("2024-01-10", "2024-04-10", 3), ("2024-01-10", "2024-04-11", 4), ("2024-01-31", "2024-02-29", 1),
     ("2024-04-10", "2024-01-10", 0), ("2024-01-10", "2024-01-10", 0)],
)  # fmt: skip
def test_months_between_are_rounded_up(start: str, end: str, months: int) -> None:
    assert months_between(date.fromisoformat(start), date.fromisoformat(end)) == months
