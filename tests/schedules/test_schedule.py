"""Due dates, day counts and what terms are refused; figures are in tests/golden/test_schedules.py."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.schedules.money import UnknownCurrency
from services.schedules.schedule import InvalidTerms, LoanTerms, build_schedule

TERMS = LoanTerms(
    principal_minor=100_000,
    currency="EUR",
    annual_rate_percent=Decimal(12),
    method="equal_instalment",
    number_of_instalments=3,
    every=(1, "months"),
    day_count="30/360",
    disbursed_on=date(2024, 1, 31),
)


def _due_dates(terms: LoanTerms) -> list[date]:
    return [instalment.due_on for instalment in build_schedule(terms)]


def test_month_ends_are_kept_relative_to_disbursal() -> None:
    assert _due_dates(TERMS) == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]


def test_weeks_and_days() -> None:
    weekly = replace(TERMS, every=(2, "weeks"))
    assert _due_dates(weekly) == [date(2024, 2, 14), date(2024, 2, 28), date(2024, 3, 13)]
    assert build_schedule(weekly) == build_schedule(replace(TERMS, every=(14, "days")))


def test_later_dates_count_from_a_first_due_date() -> None:
    late = replace(TERMS, first_due_on=date(2024, 3, 15))
    assert _due_dates(late) == [date(2024, 3, 15), date(2024, 4, 15), date(2024, 5, 15)]
    # 31 January to 15 March is 45 days of 30-day months: 1000.00 x 12% x 45/360.
    assert build_schedule(late)[0].interest_minor == 1500


def test_the_regular_first_due_date_may_be_named() -> None:
    assert build_schedule(replace(TERMS, first_due_on=date(2024, 2, 29))) == build_schedule(TERMS)


@pytest.mark.parametrize(("day_count", "interest_minor"), [("ACT/360", 967), ("ACT/365", 953), ("ACT/ACT", 951)])
def test_actual_days_over_the_year(day_count: Any, interest_minor: int) -> None:
    # 29 days: 1000.00 x 12% x 29 / 360, / 365, and / 366 in a leap year.
    assert build_schedule(replace(TERMS, day_count=day_count))[0].interest_minor == interest_minor


def test_actual_actual_splits_a_period_at_new_year() -> None:
    terms = replace(TERMS, day_count="ACT/ACT", disbursed_on=date(2023, 12, 16), principal_minor=10_000_000)
    # 16 days of 2023 and 15 of 2024: 100000.00 x 12% x (16/365 + 15/366).
    assert build_schedule(terms)[0].interest_minor == 101_783


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal_minor", 0),
        ("principal_minor", -1),
        ("annual_rate_percent", Decimal("-0.1")),
        ("annual_rate_percent", Decimal("NaN")),
        ("annual_rate_percent", Decimal("Infinity")),
        ("number_of_instalments", 0),
        ("number_of_instalments", 1201),
        ("method", "balloon"),
        ("every", (0, "months")),
        ("every", (1, "years")),
        ("day_count", "30/365"),
        ("first_due_on", date(2024, 1, 31)),
    ],
)
def test_invalid_terms_name_field_value_and_reason(field: str, value: Any) -> None:
    changes: dict[str, Any] = {field: value}
    with pytest.raises(InvalidTerms) as caught:
        replace(TERMS, **changes)
    assert caught.value.field == field
    assert caught.value.value is value
    assert caught.value.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"due_day_of_month": 32}, "must be a day from 1 to 31"),
        ({"due_day_of_month": 15, "every": (2, "weeks")}, "needs periods of months"),
        ({"minimum_days_to_first_due": 0}, "must be from 1 to 366 days"),
        ({"non_working_days": "skip"}, "is unknown"),
        ({"non_working_days": "after"}, "needs a country"),
        ({"subdivision": "BY"}, "needs a country"),
        ({"down_payment_minor": -1}, "must not be below zero"),
        ({"down_payment_minor": 100_000}, "must be below the principal"),
        ({"balloon_minor": -1}, "must not be below zero"),
        ({"balloon_minor": 100_000}, "must be below the principal financed"),
        ({"balloon_minor": 50_000, "down_payment_minor": 50_000}, "must be below the principal financed"),
        ({"balloon_minor": 1, "method": "bullet"}, "cannot be combined with method bullet"),
        ({"principal_grace_instalments": -1}, "must not be below zero"),
        ({"principal_grace_instalments": 3}, "must be fewer than the instalments"),
        ({"principal_grace_instalments": 1, "method": "interest_only"}, "cannot be combined with method interest_only"),
        ({"interest_grace_instalments": 3}, "must be fewer than the instalments"),
        ({"interest_grace_instalments": 1, "method": "bullet"}, "cannot be combined with method bullet"),
        ({"interest_grace": "never"}, "is unknown"),
        ({"rounding_mode": "nearest"}, "is unknown"),
        ({"rounding_unit_minor": 0}, "must be at least 1"),
    ],
)
def test_options_that_cannot_be_name_the_field_and_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        replace(TERMS, **changes)
    assert caught.value.field == next(iter(changes))
    assert caught.value.reason == reason


def test_a_rounding_unit_may_not_leave_an_instalment_nothing_to_repay() -> None:
    with pytest.raises(InvalidTerms, match="rounding_unit_minor 100000: is too coarse"):
        build_schedule(replace(TERMS, rounding_unit_minor=100_000, number_of_instalments=5))


def test_unknown_currency() -> None:
    with pytest.raises(UnknownCurrency):
        replace(TERMS, currency="XXX")


@pytest.mark.parametrize("every", [(100_000, "months"), (3_000_000, "days"), (10**12, "weeks")])
def test_due_dates_past_the_calendar_are_refused(every: Any) -> None:
    with pytest.raises(InvalidTerms):
        build_schedule(replace(TERMS, every=every))


@given(
    st.builds(
        LoanTerms,
        principal_minor=st.integers(1, 10**12),
        currency=st.sampled_from(["EUR", "JPY", "CNY"]),
        annual_rate_percent=st.decimals(0, 200, places=3),
        method=st.just("equal_instalment"),
        number_of_instalments=st.integers(1, 60),
        every=st.tuples(st.integers(1, 6), st.sampled_from(["days", "weeks", "months"])),
        day_count=st.sampled_from(["30/360", "ACT/365", "ACT/360", "ACT/ACT"]),
        disbursed_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    )
)
def test_any_schedule_repays_the_principal_in_ascending_order(terms: LoanTerms) -> None:
    schedule = build_schedule(terms)
    assert sum(instalment.principal_minor for instalment in schedule) == terms.principal_minor
    assert all(instalment.principal_minor >= 0 and instalment.interest_minor >= 0 for instalment in schedule)
    assert [instalment.number for instalment in schedule] == list(range(1, terms.number_of_instalments + 1))
    due_dates = [terms.disbursed_on, *(instalment.due_on for instalment in schedule)]
    assert all(earlier < later for earlier, later in pairwise(due_dates))
    if schedule[-1].principal_minor:
        # All are equal but the last, which takes the rounding, and those whose interest alone exceeds the instalment.
        amounts_minor = {line.principal_minor + line.interest_minor for line in schedule[:-1] if line.principal_minor}
        assert len(amounts_minor) <= 1
