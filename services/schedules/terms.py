"""What was agreed at disbursal, checked: whatever a schedule depends on."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Final, Literal, get_args

from services.schedules.money import minor_digits
from services.schedules.rounding import ROUNDING_MODES, RoundingMode
from services.schedules.working_days import NON_WORKING_DAYS, NonWorkingDays, UnknownCalendar, WorkingCalendar

Method = Literal["equal_instalment", "equal_principal", "interest_only", "bullet", "flat"]
DayCount = Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"]
PeriodUnit = Literal["days", "weeks", "months"]
InterestGrace = Literal["deferred", "free"]

MAXIMUM_INSTALMENTS: Final = 1200
"""A hundred years of months: more is a mistake in the terms."""

MAXIMUM_DAYS_TO_FIRST_DUE: Final = 366

_METHODS: Final = frozenset(get_args(Method))
_DAY_COUNTS: Final = frozenset(get_args(DayCount))
_PERIOD_UNITS: Final = frozenset(get_args(PeriodUnit))
_INTEREST_GRACES: Final = frozenset(get_args(InterestGrace))
PRINCIPAL_AT_THE_END: Final = frozenset({"interest_only", "bullet"})
"""Methods whose last instalment pays all principal."""

Check = tuple[str, bool, str]
"""A field, whether its value holds, and what is wrong with it if not."""


class InvalidTerms(ValueError):
    """Terms that no schedule can be built from: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        shown = str(value) if isinstance(value, Decimal | date) else repr(value)
        super().__init__(f"{field} {shown}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """What was agreed at disbursal. Creating invalid terms raises `InvalidTerms`, or `UnknownCurrency`.

    `annual_rate_percent` is the nominal rate a year, 7 for 7%.

    Due dates: instalments fall due `every` so many days, weeks or months after `disbursed_on`; a month that lacks that
    day uses its last day (31 January, 29 February, 31 March). With `first_due_on` the first period is longer or shorter
    and later due dates count from there. With `due_day_of_month` (months only) all but a named first fall on that day,
    or on the last of a month that lacks it; the first is the first such day at least `minimum_days_to_first_due` days
    after disbursal. With `keeps_month_end` dates that count from the last day of a month all fall on last days.

    Non-working days: with a `country` (and `subdivision`) a due date on a day banks do not work moves as
    `non_working_days` says. Interest runs to the date as it was before, or with `interest_on_adjusted_dates` to where
    it moved. Periods always count from the dates before, so that nothing drifts.

    Grace: the first `principal_grace_instalments` pay interest only. The first `interest_grace_instalments` pay no
    interest: "deferred" adds it to the instalment after them, without interest upon it; "free" never charges it.

    Amounts: interest rounds to minor units by `rounding_mode`; the amount that a method makes equal rounds by it to
    multiples of `rounding_unit_minor`. `balloon_minor` of principal falls due with the last instalment.
    `down_payment_minor` of principal is due on the day of disbursal, as an instalment before the
    `number_of_instalments`, and bears no interest.
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
    due_day_of_month: int | None = None
    minimum_days_to_first_due: int = 1
    keeps_month_end: bool = False
    country: str | None = None
    subdivision: str | None = None
    non_working_days: NonWorkingDays = "leave"
    interest_on_adjusted_dates: bool = False
    principal_grace_instalments: int = 0
    interest_grace_instalments: int = 0
    interest_grace: InterestGrace = "deferred"
    rounding_mode: RoundingMode = "half_up"
    rounding_unit_minor: int = 1
    balloon_minor: int = 0
    down_payment_minor: int = 0

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        _refuse_first_broken(self, _basic_checks(self))
        if _OPTIONS(self) != _DEFAULT_OPTIONS:
            _refuse_first_broken(self, _date_checks(self))
            _refuse_first_broken(self, _amount_checks(self))
            calendar_of(self)

    @property
    def financed_minor(self) -> int:
        """The principal that bears interest: all but the down payment."""
        return self.principal_minor - self.down_payment_minor


_OPTIONAL_FIELDS: Final = tuple(field for field in fields(LoanTerms) if field.name not in {
    "principal_minor", "currency", "annual_rate_percent", "method", "number_of_instalments", "every", "day_count",
    "disbursed_on", "first_due_on"})  # fmt: skip
_OPTIONS: Final = attrgetter(*(field.name for field in _OPTIONAL_FIELDS))
_DEFAULT_OPTIONS: Final = tuple(field.default for field in _OPTIONAL_FIELDS)


def calendar_of(terms: LoanTerms) -> WorkingCalendar | None:
    """The calendar that moves due dates; None if they stay where they are. Raises `InvalidTerms`."""
    if terms.country is None:
        return None
    try:
        calendar = WorkingCalendar(terms.country, terms.subdivision)
    except UnknownCalendar as error:
        field = "country" if terms.subdivision is None else "subdivision"
        raise InvalidTerms(field, getattr(terms, field), str(error)) from error
    return None if terms.non_working_days == "leave" else calendar


def _refuse_first_broken(terms: LoanTerms, checks: tuple[Check, ...]) -> None:
    for field, is_valid, reason in checks:
        if not is_valid:
            raise InvalidTerms(field, getattr(terms, field), reason)


def _basic_checks(terms: LoanTerms) -> tuple[Check, ...]:
    rate = terms.annual_rate_percent
    length, unit = terms.every
    first_due_on = terms.first_due_on
    return (
        ("principal_minor", terms.principal_minor > 0, "must be above zero"),
        ("annual_rate_percent", rate.is_finite() and rate >= 0, "must be a number not below zero"),
        ("method", terms.method in _METHODS, "is unknown"),
        ("number_of_instalments", terms.number_of_instalments >= 1, "must be at least 1"),
        ("number_of_instalments", terms.number_of_instalments <= MAXIMUM_INSTALMENTS, "is too many"),
        ("every", length >= 1, "must be at least 1"),
        ("every", unit in _PERIOD_UNITS, "has an unknown unit"),
        ("day_count", terms.day_count in _DAY_COUNTS, "is unknown"),
        ("first_due_on", first_due_on is None or first_due_on > terms.disbursed_on, "must follow disbursal"),
    )


def _date_checks(terms: LoanTerms) -> tuple[Check, ...]:
    day = terms.due_day_of_month
    days = terms.minimum_days_to_first_due
    return (
        ("due_day_of_month", day is None or 1 <= day <= 31, "must be a day from 1 to 31"),
        ("due_day_of_month", day is None or terms.every[1] == "months", "needs periods of months"),
        ("minimum_days_to_first_due", 1 <= days <= MAXIMUM_DAYS_TO_FIRST_DUE, "must be from 1 to 366 days"),
        ("non_working_days", terms.non_working_days in NON_WORKING_DAYS, "is unknown"),
        ("non_working_days", terms.non_working_days == "leave" or terms.country is not None, "needs a country"),
        ("subdivision", terms.subdivision is None or terms.country is not None, "needs a country"),
    )


def _amount_checks(terms: LoanTerms) -> tuple[Check, ...]:
    count, method = terms.number_of_instalments, terms.method
    principal_grace, interest_grace = terms.principal_grace_instalments, terms.interest_grace_instalments
    pays_principal_before_the_end = method not in PRINCIPAL_AT_THE_END
    not_for_method = f"cannot be combined with method {method}"
    return (
        ("down_payment_minor", terms.down_payment_minor >= 0, "must not be below zero"),
        ("down_payment_minor", terms.down_payment_minor < terms.principal_minor, "must be below the principal"),
        ("balloon_minor", terms.balloon_minor >= 0, "must not be below zero"),
        ("balloon_minor", terms.balloon_minor < terms.financed_minor, "must be below the principal financed"),
        ("balloon_minor", not terms.balloon_minor or pays_principal_before_the_end, not_for_method),
        ("principal_grace_instalments", principal_grace >= 0, "must not be below zero"),
        ("principal_grace_instalments", principal_grace < count, "must be fewer than the instalments"),
        ("principal_grace_instalments", not principal_grace or pays_principal_before_the_end, not_for_method),
        ("interest_grace_instalments", interest_grace >= 0, "must not be below zero"),
        ("interest_grace_instalments", interest_grace < count, "must be fewer than the instalments"),
        ("interest_grace_instalments", not interest_grace or method != "bullet", not_for_method),
        ("interest_grace", terms.interest_grace in _INTEREST_GRACES, "is unknown"),
        ("rounding_mode", terms.rounding_mode in ROUNDING_MODES, "is unknown"),
        ("rounding_unit_minor", terms.rounding_unit_minor >= 1, "must be at least 1"),
    )
