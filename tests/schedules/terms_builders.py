"""Builders of terms for tests of schedules."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from services.schedules.rounding import RoundingMode
from services.schedules.schedule import InvalidTerms, LoanTerms, build_schedule
from services.schedules.terms import PRINCIPAL_AT_THE_END, DayCount, InterestGrace, Method, PeriodUnit

TERMS = LoanTerms(
    principal_minor=120_000,
    currency="CNY",
    annual_rate_percent=Decimal(12),
    method="equal_instalment",
    number_of_instalments=4,
    every=(1, "months"),
    day_count="30/360",
    disbursed_on=date(2024, 1, 31),
)
"""1,200.00 CNY at 1 % a month, four months from 31 January 2024."""


def terms(**changes: Any) -> LoanTerms:
    """`TERMS` with what a test is about changed."""
    return replace(TERMS, **changes)


def amounts(**changes: Any) -> list[tuple[int, int]]:
    """(principal, interest) of each instalment of `TERMS` with changes."""
    return [(line.principal_minor, line.interest_minor) for line in build_schedule(terms(**changes))]


def due_dates(**changes: Any) -> list[str]:
    """The due dates of `TERMS` with changes, as text."""
    return [str(line.due_on) for line in build_schedule(terms(**changes))]


def refused_field(terms: LoanTerms) -> str | None:
    """The field for which no schedule can be built; None if one can."""
    try:
        build_schedule(terms)
    except InvalidTerms as error:
        return error.field
    return None


@st.composite
def any_terms(draw: st.DrawFn) -> LoanTerms:
    """Terms of every method with every option that goes with it."""
    method: Method = draw(st.sampled_from(get_args(Method)))
    count = draw(st.integers(1, 48))
    principal_minor = draw(st.integers(1, 10**12))
    down_payment_minor = draw(st.just(0) | st.integers(0, principal_minor - 1))
    repays_before_the_end = method not in PRINCIPAL_AT_THE_END
    unit: PeriodUnit = draw(st.sampled_from(get_args(PeriodUnit)))
    return LoanTerms(
        principal_minor=principal_minor,
        currency=draw(st.sampled_from(["EUR", "JPY", "CNY", "KWD"])),
        annual_rate_percent=draw(st.decimals(0, 200, places=3)),
        method=method,
        number_of_instalments=count,
        every=(draw(st.integers(1, 6)), unit),
        day_count=draw(st.sampled_from(get_args(DayCount))),
        disbursed_on=draw(st.dates(date(2000, 1, 1), date(2060, 1, 1))),
        due_day_of_month=draw(st.none() | st.integers(1, 31)) if unit == "months" else None,
        minimum_days_to_first_due=draw(st.integers(1, 60)),
        keeps_month_end=draw(st.booleans()),
        principal_grace_instalments=draw(st.integers(0, count - 1)) if repays_before_the_end else 0,
        interest_grace_instalments=draw(st.integers(0, count - 1)) if method != "bullet" else 0,
        interest_grace=draw(st.sampled_from(get_args(InterestGrace))),
        rounding_mode=draw(st.sampled_from(get_args(RoundingMode))),
        balloon_minor=draw(st.integers(0, principal_minor - down_payment_minor - 1)) if repays_before_the_end else 0,
        down_payment_minor=down_payment_minor,
    )
