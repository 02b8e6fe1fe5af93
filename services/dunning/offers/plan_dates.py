"""When a plan's instalments fall due: on the due dates that the loan has anyway, and on like ones after its end."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import dropwhile
from typing import Final

from services.schedules.due_dates import later, periods_of
from services.schedules.terms import MAXIMUM_INSTALMENTS, InvalidTerms, LoanTerms, PeriodUnit, calendar_of
from services.schedules.working_days import NoWorkingDay

Every = tuple[int, PeriodUnit]

_PERIODS_A_YEAR: Final[dict[PeriodUnit, int]] = {"months": 12, "weeks": 52, "days": 365}


@dataclass(frozen=True, slots=True)
class PlanDate:
    """`due_on` is when an instalment is paid; `counted_on` is the day before it left a non-working day."""

    counted_on: date
    due_on: date


@dataclass(frozen=True)
class PlanDates:
    """The due dates that plans for one loan may use, none before `earliest_on`.

    `agreed` are the due dates still to come, and `ends_on` the last of them (today, if there are none). There are dates
    for `horizon_months` after that, and `spare` more. With `due_day_of_month` dates fall on that day of each month
    instead of the loan's own.
    """

    terms: LoanTerms
    earliest_on: date
    ends_on: date
    agreed: tuple[date, ...]
    horizon_months: int
    spare: int
    due_day_of_month: int | None = None

    @cached_property
    def dates(self) -> tuple[PlanDate, ...]:
        """Ascending. Raises InvalidTerms past the end of the calendar."""
        regular = [one for one in self._regular() if min(one.counted_on, one.due_on) >= self.earliest_on]
        agreed = [due_on for due_on in self.agreed if due_on >= self.earliest_on]
        if self.due_day_of_month is not None or set(agreed) <= {one.due_on for one in regular}:
            return tuple(regular)
        return (*(PlanDate(on, on) for on in agreed), *(one for one in regular if one.due_on > self.ends_on))

    @cached_property
    def due_dates(self) -> tuple[date, ...]:
        """When instalments are paid."""
        return tuple([one.due_on for one in self.dates])

    @cached_property
    def remaining_count(self) -> int:
        """How many of the dates lie within the term agreed before; 0 after its end."""
        return sum(due_on <= self.ends_on for due_on in self.due_dates)

    def _regular(self) -> Iterator[PlanDate]:
        terms = self.terms
        if self.due_day_of_month is not None:
            before = self.earliest_on - timedelta(days=1)
            terms = replace(
                terms,
                disbursed_on=before,
                first_due_on=None,
                due_day_of_month=self.due_day_of_month,
                minimum_days_to_first_due=1,
            )
        months = months_between(terms.disbursed_on, max(self.earliest_on, self.ends_on)) + self.horizon_months
        count = min(MAXIMUM_INSTALMENTS, periods_in(terms.every, months) + self.spare + 1)
        longer = replace(
            terms,
            number_of_instalments=count,
            principal_grace_instalments=0,
            interest_grace_instalments=0,
            non_working_days="leave",
        )
        counted = periods_of(longer).ends
        dates = map(PlanDate, counted, _moved(counted, self.terms))
        if self.due_day_of_month is None:
            return dates
        # The ledger counts on from the first date: it must be one that has the day, or all would keep another.
        return dropwhile(lambda one: one.counted_on.day != self.due_day_of_month, dates)


def _moved(days: Sequence[date], terms: LoanTerms) -> Sequence[date]:
    """Where due dates go; where moving would put two on one day, beyond what was agreed, all stay where they are."""
    calendar = calendar_of(terms)
    if calendar is None:
        return days
    try:
        moved = [calendar.moved(day, terms.non_working_days) for day in days]
    except (NoWorkingDay, OverflowError, ValueError):
        return days
    return moved if len(set(moved)) == len(moved) else days


def periods_in(every: Every, months: int) -> int:
    """How many periods it takes to span so many months: 3 months are 13 weeks, as a year has 52 of them."""
    length, unit = every
    return -(-months * _PERIODS_A_YEAR[unit] // (12 * length))


def monthly_equivalent_minor(amount_minor: int, every: Every) -> int:
    """What an amount due each period takes of a month, rounded up: a quarter's instalment is saved for in 3 months."""
    length, unit = every
    return -(-amount_minor * _PERIODS_A_YEAR[unit] // (12 * length))


def months_between(start: date, end: date) -> int:
    """The least number of months after which `end` is reached from `start`; 0 if it lies before."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (end.day > min(start.day, monthrange(end.year, end.month)[1]))


def months_later(start: date, months: int) -> date:
    """The same day so many months later, or the last of a month that lacks it.

    Raises InvalidTerms past the end of the calendar.
    """
    try:
        return later(start, (1, "months"), months, start.day)
    except ValueError as error:
        raise InvalidTerms("as_of", start, "leads past the end of the calendar") from error
