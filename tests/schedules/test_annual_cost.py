"""What a loan costs a year; figures checked by hand where they can be."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.schedules.annual_cost import costs_more_than, effective_annual_percent, nominal_annual_percent
from services.schedules.schedule import build_schedule
from tests.schedules.terms_builders import terms

LARGE = 100_000_000
"""A principal at which the rounding to minor units does not show in two decimals of a percent."""


def _nominal(**changes: Any) -> Decimal:
    loan = terms(principal_minor=LARGE, **changes)
    return round(nominal_annual_percent(loan, build_schedule(loan)), 2)


def _effective(**changes: Any) -> Decimal:
    loan = terms(principal_minor=LARGE, **changes)
    return round(effective_annual_percent(LARGE, loan.disbursed_on, build_schedule(loan)), 2)


@pytest.mark.parametrize("method", ["equal_instalment", "equal_principal", "interest_only", "bullet"])
@pytest.mark.parametrize("day_count", ["30/360", "ACT/365", "ACT/ACT"])
def test_interest_on_the_balance_costs_exactly_its_rate(method: str, day_count: str) -> None:
    assert _nominal(method=method, day_count=day_count) == 12


def test_days_over_360_cost_365_for_360() -> None:
    assert _nominal(day_count="ACT/360") == Decimal("12.17")  # 12 x 365 / 360


def test_flat_interest_costs_far_more_than_its_rate() -> None:
    # Four times 262.00 for 1,000.00, worth 1,000.05 at 1.90 % a month and 999.81 at 1.91 %: 1.902 %, 22.82 % a year.
    flat = _nominal(method="flat", annual_rate_percent=Decimal("14.4"))
    assert flat == Decimal("22.82")


def test_grace_and_down_payment_do_not_raise_the_cost() -> None:
    assert _nominal(principal_grace_instalments=2) == 12
    assert _nominal(down_payment_minor=LARGE // 5) == 12
    assert _nominal(interest_grace_instalments=2) < 12
    assert _nominal(interest_grace_instalments=2, interest_grace="free") < 12


def test_the_effective_rate_compounds_over_the_year() -> None:
    # One payment after 366 days of 2024: 1.24 ^ (365 / 366) = 1.23927.
    year: dict[str, Any] = {"method": "bullet", "number_of_instalments": 12, "disbursed_on": date(2024, 1, 1)}
    assert _effective(**year, annual_rate_percent=Decimal(24)) == Decimal("23.93")
    # Twelve months at 2 % on the balance: near 1.02 ^ 12 - 1 = 26.82 %, but by actual days.
    assert abs(_effective(annual_rate_percent=Decimal(24), number_of_instalments=12) - Decimal("26.82")) < Decimal(
        "0.1"
    )


def test_a_loan_without_interest_costs_nothing() -> None:
    assert _nominal(annual_rate_percent=Decimal(0)) == 0
    assert _effective(annual_rate_percent=Decimal(0)) == 0


def test_rounding_to_minor_units_is_no_reason_to_refuse() -> None:
    small = terms(principal_minor=10_000, annual_rate_percent=Decimal(24), number_of_instalments=7)
    schedule = build_schedule(small)
    assert nominal_annual_percent(small, schedule) > 24
    assert not costs_more_than(small, schedule, Decimal(24))


@given(st.decimals(1, 60, places=2), st.decimals(1, 60, places=2))
def test_costing_more_than_a_cap_is_having_a_higher_rate(rate: Decimal, cap: Decimal) -> None:
    loan = terms(principal_minor=LARGE, annual_rate_percent=rate, number_of_instalments=12)
    assert costs_more_than(loan, build_schedule(loan), cap) == (rate > cap)
