"""What follows from counts alone: shares of rows, curves, months."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.figures.standing import (
    InvalidPeriod,
    Period,
    RollCount,
    VintageCount,
    end_buckets,
    full_months,
    month_end_before,
    roll_rates_of,
    vintage_points,
    year_until,
)


def rolled(from_bucket: str, to_bucket: str, loans: int, principal: int = 0, currency: str = "USD") -> RollCount:
    return RollCount(from_bucket, to_bucket, currency, loans, principal)


def cohort(*months_until: int | None, loans: int = 1, principal: int = 100, month: int = 1) -> VintageCount:
    return VintageCount(date(2018, month, 1), "USD", months_until, loans, principal)


def test_the_shares_of_a_row_are_of_its_loans_and_of_its_principal() -> None:
    rates = roll_rates_of([rolled("M1", "current", 3, 100), rolled("M1", "M2", 1, 300), rolled("M2", "M2", 5)])
    assert [rate.loans_percent for rate in rates] == [Decimal(75), Decimal(25), Decimal(100)]
    assert [rate.principal_percent for rate in rates] == [Decimal(25), Decimal(75), None]


def test_currencies_have_rows_of_their_own() -> None:
    rates = roll_rates_of([rolled("M1", "M2", 1), rolled("M1", "M2", 9, currency="EUR")])
    assert [rate.loans_percent for rate in rates] == [Decimal(100), Decimal(100)]


def test_the_columns_of_the_matrix_are_in_the_order_of_buckets() -> None:
    ends = ["settled", "written-off", "other", "M2", "current", "M2"]
    rates = roll_rates_of([rolled("M1", end, 1) for end in ends])
    assert end_buckets(rates, ["current", "M1", "M2"]) == ("current", "M2", "other", "written-off", "settled")


def test_a_curve_counts_a_loan_from_the_month_in_which_it_was_so_late() -> None:
    points = vintage_points([cohort(1, 2, None), cohort(None, None, None, loans=3)], date(2018, 3, 31))
    ever = {(one.months_on_book, one.days_past_due): one.loans_ever for one in points}
    assert ever == {(0, 30): 0, (0, 60): 0, (0, 90): 0, (1, 30): 1, (1, 60): 0, (1, 90): 0, (2, 30): 1, (2, 60): 1,
                    (2, 90): 0}  # fmt: skip


def test_a_curve_shows_shares_of_all_loans_of_the_month() -> None:
    points = vintage_points([cohort(0, None, None, principal=100), cohort(None, None, None, loans=3, principal=700)],
                            date(2018, 1, 31))  # fmt: skip
    assert (points[0].loans_percent, points[0].principal_percent) == (Decimal(25), Decimal("12.5"))


def test_a_month_that_is_not_over_has_no_point() -> None:
    assert vintage_points([cohort(0, None, None)], date(2018, 1, 30)) == ()


@given(
    st.lists(st.tuples(*[st.none() | st.integers(0, 12)] * 3), max_size=20),
    st.dates(date(2018, 1, 1), date(2019, 12, 31)),
)
def test_curves_never_fall(months: list[tuple[int | None, ...]], as_of: date) -> None:
    points = vintage_points([cohort(*one) for one in months], as_of)
    for days in (30, 60, 90):
        shares = [point.loans_ever for point in points if point.days_past_due == days]
        assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("as_of", "months"), [(date(2018, 1, 1), 0), (date(2018, 1, 31), 1), (date(2018, 2, 27), 1), (date(2018, 2, 28), 2)]
)
def test_a_month_is_over_at_the_end_of_its_last_day(as_of: date, months: int) -> None:
    assert full_months(date(2018, 1, 1), as_of) == months


def test_the_month_before_january_is_december() -> None:
    assert month_end_before(date(2018, 1, 31)) == date(2017, 12, 31)


def test_a_year_begins_with_the_month_after_that_of_the_year_before() -> None:
    assert year_until(date(2020, 2, 29)) == Period(date(2019, 3, 1), date(2020, 2, 29))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidPeriod, match="to_on 2018-01-01: is before from_on 2018-01-02"):
        Period(date(2018, 1, 2), date(2018, 1, 1))
