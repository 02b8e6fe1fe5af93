"""The repayment schedule that a loan's terms give.

Method equal_instalment: the instalment amount is principal / sum of discount factors, where the discount factor of an
instalment is the product of 1 / (1 + rate x year fraction) over the periods up to it, rounded half up to minor units.
Interest accrues on the declining balance, rounded half up each period; the last instalment takes the rounding. A period
whose interest exceeds the instalment amount (only at rates where interest is nearly all of it) pays just its interest:
interest is never added to principal. Apache Fineract's end-to-end features give the same figures to the cent
(tests/golden/schedules.json).

All arithmetic is exact, on whole numbers: every year fraction is counted in units of 1 / `_UNITS_PER_YEAR`, so that a
figure can neither depend on a decimal context nor fall on the wrong side of a half by an earlier rounding.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, get_args

from services.ledger.money import divide_half_up, minor_digits

Method = Literal["equal_instalment"]
DayCount = Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"]
PeriodUnit = Literal["days", "weeks", "months"]

MAXIMUM_INSTALMENTS: Final = 1200
"""A hundred years of months: more is a mistake in the terms."""

_DAYS_PER_YEAR: Final[dict[DayCount, int]] = {"30/360": 360, "ACT/360": 360, "ACT/365": 365}
_UNITS_PER_YEAR: Final[dict[DayCount, int]] = {**_DAYS_PER_YEAR, "ACT/ACT": 365 * 366}


class InvalidTerms(ValueError):
    """Terms that no schedule can be built from: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value!r}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """What was agreed at disbursal.

    `annual_rate_percent` is the nominal rate a year, 7 for 7%. Instalments fall due every so many days, weeks or months
    after `disbursed_on`; a month that lacks that day uses its last day (31 January, 29 February, 31 March). With
    `first_due_on` the first period is longer or shorter and later due dates count from there. Creating invalid terms
    raises `InvalidTerms`, or `UnknownCurrency`.
    """

    principal_minor: int
    currency: str
    annual_rate_percent: Decimal
    method: Method
    number_of_instalments: int
    every: tuple[int, PeriodUnit]
    day_count: DayCount
    disbursed_on: date
    first_due_on: date | None = None

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        rate = self.annual_rate_percent
        first_follows = self.first_due_on is None or self.first_due_on > self.disbursed_on
        for field, is_valid, reason in (
            ("principal_minor", self.principal_minor > 0, "must be above zero"),
            ("annual_rate_percent", rate.is_finite() and rate >= 0, "must be a number not below zero"),
            ("method", self.method in get_args(Method), "is unknown"),
            ("number_of_instalments", self.number_of_instalments >= 1, "must be at least 1"),
            ("number_of_instalments", self.number_of_instalments <= MAXIMUM_INSTALMENTS, "is too many"),
            ("every", self.every[0] >= 1, "must be at least 1"),
            ("every", self.every[1] in get_args(PeriodUnit), "has an unknown unit"),
            ("day_count", self.day_count in get_args(DayCount), "is unknown"),
            ("first_due_on", first_follows, "must follow disbursal"),
        ):
            if not is_valid:
                raise InvalidTerms(field, getattr(self, field), reason)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a schedule: `number` counts from 1, amounts are in minor units of the loan's currency."""

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int


def build_schedule(terms: LoanTerms) -> tuple[Instalment, ...]:
    """The instalments, ascending by due date; their principal sums to the loan's.

    Raises `InvalidTerms` when a due date lies beyond what the calendar can express.
    """
    try:
        due_dates = _due_dates(terms)
    except (OverflowError, ValueError) as error:
        raise InvalidTerms("every", terms.every, "leads past the end of the calendar") from error
    rate_numerator, rate_denominator = terms.annual_rate_percent.as_integer_ratio()
    interest_weights = [units * rate_numerator for units in _period_units(terms, due_dates)]
    weight_of_one = _UNITS_PER_YEAR[terms.day_count] * rate_denominator * 100
    instalment_minor = _equal_instalment_minor(terms.principal_minor, interest_weights, weight_of_one)

    instalments = []
    balance_minor = terms.principal_minor
    for number, (due_on, weight) in enumerate(zip(due_dates, interest_weights, strict=True), start=1):
        interest_minor = divide_half_up(balance_minor * weight, weight_of_one)
        principal_minor = min(max(instalment_minor - interest_minor, 0), balance_minor)
        if number == terms.number_of_instalments:
            principal_minor = balance_minor
        balance_minor -= principal_minor
        instalments.append(Instalment(number, due_on, principal_minor, interest_minor))
    return tuple(instalments)


def _equal_instalment_minor(principal_minor: int, interest_weights: list[int], weight_of_one: int) -> int:
    """Principal / sum of discount factors, where a period's factor is one / (one + weight), as one exact fraction.

    The sum is f1 x (1 + f2 x (1 + f3 x ...)), worked out from the inside as sum_numerator / sum_denominator.
    """
    sum_numerator, sum_denominator = 0, 1
    for weight in reversed(interest_weights):
        sum_numerator = weight_of_one * (sum_numerator + sum_denominator)
        sum_denominator *= weight_of_one + weight
    return divide_half_up(principal_minor * sum_denominator, sum_numerator)


def _due_dates(terms: LoanTerms) -> list[date]:
    """Due dates ascending. A `first_due_on` that equals the regular first date changes nothing."""
    count = terms.number_of_instalments
    if _starts_regularly(terms):
        return [_later(terms.disbursed_on, terms.every, periods) for periods in range(1, count + 1)]
    assert terms.first_due_on is not None
    return [_later(terms.first_due_on, terms.every, periods) for periods in range(count)]


def _starts_regularly(terms: LoanTerms) -> bool:
    return terms.first_due_on is None or terms.first_due_on == _later(terms.disbursed_on, terms.every, 1)


def _later(start: date, every: tuple[int, PeriodUnit], periods: int) -> date:
    """The date so many periods after `start`; months keep the day of `start` where the month has it."""
    length, unit = every
    if unit != "months":
        return start + timedelta(days=length * periods * (7 if unit == "weeks" else 1))
    years, month_index = divmod(start.month - 1 + length * periods, 12)
    year, month = start.year + years, month_index + 1
    day = start.day if start.day <= 28 else min(start.day, monthrange(year, month)[1])
    return date(year, month, day)


def _period_units(terms: LoanTerms, due_dates: list[date]) -> Iterator[int]:
    """Length of each period in units of 1 / `_UNITS_PER_YEAR` of a year.

    Under 30/360 whole months count 30 days each; days and weeks count as they are; an irregular first period counts by
    the 30E/360 rule (ISDA 2006 definitions, section 4.16(g)).
    """
    length, unit = terms.every
    start = terms.disbursed_on
    is_regular = _starts_regularly(terms)
    for due_on in due_dates:
        if terms.day_count == "ACT/ACT":
            yield _actual_units(start, due_on)
        elif terms.day_count == "30/360" and not is_regular:
            yield _days_of_thirty_day_months(start, due_on)
        elif terms.day_count == "30/360" and unit == "months":
            yield length * 30
        else:
            yield (due_on - start).days
        start, is_regular = due_on, True


def _days_of_thirty_day_months(start: date, end: date) -> int:
    """Days by 30E/360: every month has 30 days, a 31st counts as the 30th."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def _actual_units(start: date, end: date) -> int:
    """ACT/ACT (ISDA): days in leap years count 1/366, others 1/365; in units of 1 / (365 x 366)."""
    units = 0
    while start < end:
        stop = end if end.year == start.year else date(start.year + 1, 1, 1)
        units += (stop - start).days * (365 if isleap(start.year) else 366)
        start = stop
    return units
