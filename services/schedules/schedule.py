"""The repayment schedule that a loan's terms give.

Due dates come from `due_dates`, the length of each period from `year_fractions`, how principal and interest spread from
`amortisation`. Apache Fineract's end-to-end features give the same figures to the cent (tests/golden/schedules.json).
"""

from datetime import date
from typing import NamedTuple

from services.schedules.amortisation import METHODS, Part, Plan, defer_interest
from services.schedules.due_dates import Periods, periods_of
from services.schedules.rounding import divide
from services.schedules.terms import (
    MAXIMUM_INSTALMENTS,
    PRINCIPAL_AT_THE_END,
    DayCount,
    InvalidTerms,
    LoanTerms,
    Method,
    PeriodUnit,
)
from services.schedules.year_fractions import UNITS_PER_YEAR, period_units

__all__ = [
    "MAXIMUM_INSTALMENTS",
    "DayCount",
    "Instalment",
    "InvalidTerms",
    "LoanTerms",
    "Method",
    "PeriodUnit",
    "build_schedule",
    "plan_of",
    "plan_over",
]


class Instalment(NamedTuple):
    """One line of a schedule: `number` counts from 1, amounts are in minor units of the loan's currency."""

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int


def build_schedule(terms: LoanTerms) -> tuple[Instalment, ...]:
    """The instalments, ascending by due date; their principal sums to the loan's.

    There is one for each of the terms' instalments, but one in all by method bullet; a down payment comes before them.
    Raises `InvalidTerms` when a due date lies beyond what the calendar can express, or meets another, and
    when rounding to a multiple leaves an instalment nothing to repay.
    """
    periods = periods_of(terms)
    parts = METHODS[terms.method](plan_over(terms, periods))
    if terms.rounding_unit_minor > 1:
        _refuse_empty_instalments(terms, parts)
    if terms.interest_grace_instalments and terms.interest_grace == "deferred":
        parts = defer_interest(parts, terms.interest_grace_instalments)
    due_dates = periods.due_on
    if terms.method == "bullet":
        due_dates = due_dates[-1:]
    if terms.down_payment_minor:
        due_dates = [terms.disbursed_on, *due_dates]
        parts = [(terms.down_payment_minor, 0), *parts]
    return tuple(
        [
            Instalment(number, due_on, principal_minor, interest_minor)
            for number, (due_on, (principal_minor, interest_minor)) in enumerate(
                zip(due_dates, parts, strict=True), start=1
            )
        ]
    )


def plan_of(terms: LoanTerms) -> Plan:
    """What is spread over the periods of these terms."""
    return plan_over(terms, periods_of(terms))


def plan_over(terms: LoanTerms, periods: Periods) -> Plan:
    """What is spread over given periods, which need not be those of the terms."""
    rate_numerator, rate_denominator = terms.annual_rate_percent.as_integer_ratio()
    weights = [units * rate_numerator for units in period_units(terms.day_count, terms.every, periods)]
    if terms.interest_grace == "free":
        weights[: terms.interest_grace_instalments] = [0] * terms.interest_grace_instalments
    return Plan(
        principal_minor=terms.financed_minor,
        balloon_minor=terms.balloon_minor,
        weights=weights,
        weight_of_one=UNITS_PER_YEAR[terms.day_count] * rate_denominator * 100,
        principal_grace=terms.principal_grace_instalments,
        divide=divide(terms.rounding_mode),
        unit_minor=terms.rounding_unit_minor,
    )


def _refuse_empty_instalments(terms: LoanTerms, parts: list[Part]) -> None:
    if terms.method in PRINCIPAL_AT_THE_END:
        return
    if any(not principal_minor for principal_minor, _ in parts[terms.principal_grace_instalments :]):
        raise InvalidTerms(
            "rounding_unit_minor", terms.rounding_unit_minor, "is too coarse: an instalment would repay nothing"
        )
