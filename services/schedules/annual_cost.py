"""What a loan costs a year: the rate at which all its payments together are worth the money paid out.

Two conventions, as an IRR says nothing without one:

nominal: the actuarial method. Over each period of the schedule the balance grows by rate x year fraction, and the rate
that makes the last payment end in nothing is the annual rate, not compounded over the year (Regulation Z, 12 CFR 1026,
appendix J (b)(1), (2): the unit-period rate times the unit-periods in a year). Lengths of periods follow the loan's own
day count, so that a loan that charges exactly its contract rate on the declining balance costs exactly that rate; under
ACT/360 days count as 1/365, so that it costs 365/360 of it. This is what a cap on the rate compares with.

effective: compounded over a year of 365 actual days (Directive 2008/48/EC, annex I). The People's Bank of China's
announcement [2021] No. 3 asks for the cost on the principal really in use, compound ("internal rate of return") or
simple if that is said; this is the compound form.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from services.schedules.due_dates import periods_of
from services.schedules.schedule import Instalment, LoanTerms
from services.schedules.terms import DayCount
from services.schedules.year_fractions import UNITS_PER_YEAR, period_units

Payments = Sequence[tuple[Decimal, Decimal]]
"""(year fraction since the payment before, amount in minor units)."""

_DAY_COUNT_OF_COST: Final[dict[DayCount, DayCount]] = {"ACT/360": "ACT/365"}
_DIGITS: Final = 34
_PERCENT_STEP: Final = Decimal("0.000001")
_HIGHEST_RATE: Final = Decimal(10) ** 9


def nominal_annual_percent(terms: LoanTerms, schedule: Sequence[Instalment]) -> Decimal:
    """The loan's cost in percent a year, to six decimals, by the actuarial method; zero without interest."""
    payments = _payments_by_period(terms, schedule)
    return _solve(lambda rate: _nominal_value(payments, rate), terms.principal_minor)


def effective_annual_percent(principal_minor: int, disbursed_on: date, schedule: Sequence[Instalment]) -> Decimal:
    """The loan's cost in percent a year, to six decimals, compounded; zero without interest."""
    payments = [(Decimal((line.due_on - disbursed_on).days) / 365, _due(line)) for line in schedule]

    def present_value(rate: Decimal) -> Decimal:
        # Halving the range ends in thousands of powers: one logarithm for a rate serves all of them.
        growth = (1 + rate).ln()
        return sum((amount * (-growth * years).exp() for years, amount in payments), Decimal(0))

    return _solve(present_value, principal_minor)


def costs_more_than(terms: LoanTerms, schedule: Sequence[Instalment], annual_rate_percent: Decimal) -> bool:
    """Whether the loan costs more than this nominal rate, by more than the rounding of its interest explains.

    Each interest amount is rounded to minor units, so that one minor unit for each instalment is allowed for.
    """
    with localcontext(prec=_DIGITS):
        value = _nominal_value(_payments_by_period(terms, schedule), annual_rate_percent / 100)
        return value > terms.principal_minor + len(schedule)


def _payments_by_period(terms: LoanTerms, schedule: Sequence[Instalment]) -> Payments:
    day_count = _DAY_COUNT_OF_COST.get(terms.day_count, terms.day_count)
    units = period_units(day_count, terms.every, periods_of(terms))
    if terms.method == "bullet":
        units = [sum(units)]
    if terms.down_payment_minor:
        units = [0, *units]
    units_per_year = UNITS_PER_YEAR[day_count]
    with localcontext(prec=_DIGITS):
        return [(Decimal(unit) / units_per_year, _due(line)) for unit, line in zip(units, schedule, strict=True)]


def _due(line: Instalment) -> Decimal:
    return Decimal(line.principal_minor + line.interest_minor)


def _nominal_value(payments: Payments, rate: Decimal) -> Decimal:
    """What the payments are worth on the day of disbursal."""
    value = Decimal(0)
    for years, amount in reversed(payments):
        value = (value + amount) / (1 + rate * years)
    return value


def _solve(present_value: Callable[[Decimal], Decimal], principal_minor: int) -> Decimal:
    """The rate, as percent, at which the falling `present_value` meets the principal."""
    with localcontext(prec=_DIGITS):
        low, high = Decimal(0), Decimal(1)
        if present_value(low) <= principal_minor:
            return Decimal(0)
        while present_value(high) > principal_minor and high < _HIGHEST_RATE:
            low, high = high, high * 2
        while (high - low) * 100 > _PERCENT_STEP / 4:
            middle = (low + high) / 2
            if present_value(middle) > principal_minor:
                low = middle
            else:
                high = middle
        return ((low + high) * 50).quantize(_PERCENT_STEP)
