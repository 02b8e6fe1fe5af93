"""When instalments fall due: the periods of a loan, before and after due dates leave non-working days.

Every date counts from one anchor and not from the date before it, so that a short month or a moved date never drifts.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final, NamedTuple

from services.schedules.terms import InvalidTerms, LoanTerms, PeriodUnit, calendar_of
from services.schedules.working_days import NoWorkingDay


class Periods(NamedTuple):
    """The loan's periods, ascending, one for each instalment but a down payment, as columns.

    Interest runs from disbursal to the first of `ends`, from there to the second, and so on; `due_on` is when each is
    paid. `irregular` are the indices of periods that are not exactly the agreed number of days, weeks or months long.
    """

    disbursed_on: date
    ends: list[date]
    due_on: list[date]
    irregular: frozenset[int]

    @property
    def starts(self) -> list[date]:
        """Where each period starts."""
        return [self.disbursed_on, *self.ends[:-1]]


_NONE_IRREGULAR: Final[frozenset[int]] = frozenset()


def periods_of(terms: LoanTerms) -> Periods:
    """The loan's periods.

    Raises `InvalidTerms` when a date lies beyond what the calendar can express, or when moving puts two due dates on
    one day, or one on the day of disbursal.
    """
    try:
        ends, irregular = _period_ends(terms)
        calendar = calendar_of(terms)
        if calendar is None:
            return Periods(terms.disbursed_on, ends, ends, irregular)
        moved = [calendar.moved(end, terms.non_working_days) for end in ends]
    except NoWorkingDay as error:
        raise InvalidTerms("country", terms.country, str(error)) from error
    except OverflowError as error:
        raise _past_the_calendar(terms) from error
    except ValueError as error:
        if isinstance(error, InvalidTerms):
            raise
        raise _past_the_calendar(terms) from error
    _refuse_dates_that_meet(terms, moved)
    if not terms.interest_on_adjusted_dates:
        return Periods(terms.disbursed_on, ends, moved, irregular)
    if terms.every[1] == "months":
        # Days and weeks are counted in any case, but a month that starts or ends on a moved date is no whole month.
        moves = {index for index, (end, due_on) in enumerate(zip(ends, moved, strict=True)) if end != due_on}
        irregular |= moves | {index + 1 for index in moves if index + 1 < len(ends)}
    return Periods(terms.disbursed_on, moved, moved, irregular)


def _past_the_calendar(terms: LoanTerms) -> InvalidTerms:
    return InvalidTerms("every", terms.every, "leads past the end of the calendar")


def _refuse_dates_that_meet(terms: LoanTerms, due_dates: list[date]) -> None:
    previous = terms.disbursed_on
    for due_on in due_dates:
        if due_on <= previous:
            reason = f"moves a due date to {due_on}, where the loan's disbursal or the due date before it is"
            raise InvalidTerms("non_working_days", terms.non_working_days, reason)
        previous = due_on


def _period_ends(terms: LoanTerms) -> tuple[list[date], frozenset[int]]:
    """Where periods end, ascending, and the indices of those that are irregular.

    A `first_due_on` that equals the regular first date changes nothing.
    """
    count, every, first = terms.number_of_instalments, terms.every, terms.first_due_on
    if terms.due_day_of_month is not None:
        return _ends_on_day_of_month(terms, terms.due_day_of_month)
    day = _day_to_keep(terms.disbursed_on, terms.keeps_month_end)
    if first is None or first == later(terms.disbursed_on, every, 1, day):
        return [later(terms.disbursed_on, every, periods, day) for periods in range(1, count + 1)], _NONE_IRREGULAR
    day = _day_to_keep(first, terms.keeps_month_end)
    return [first, *(later(first, every, periods, day) for periods in range(1, count))], frozenset({0})


def _ends_on_day_of_month(terms: LoanTerms, day: int) -> tuple[list[date], frozenset[int]]:
    disbursed_on, every = terms.disbursed_on, terms.every
    first = terms.first_due_on or _first_on_day(disbursed_on, terms.minimum_days_to_first_due, day)
    ends = [first, *(later(first, every, periods, day) for periods in range(1, terms.number_of_instalments))]
    if not _is_on(first, day):
        return ends, frozenset(range(min(2, len(ends))))
    starts_regularly = _is_on(disbursed_on, day) and later(disbursed_on, every, 1, day) == first
    return ends, _NONE_IRREGULAR if starts_regularly else frozenset({0})


def _first_on_day(disbursed_on: date, minimum_days: int, day: int) -> date:
    """The first date with that day of the month at least `minimum_days` after disbursal."""
    earliest = disbursed_on + timedelta(days=minimum_days)
    found = _in_month(earliest.year, earliest.month, day)
    return found if found >= earliest else later(earliest, (1, "months"), 1, day)


def _is_on(on: date, day: int) -> bool:
    return on == _in_month(on.year, on.month, day)


def _day_to_keep(anchor: date, keeps_month_end: bool) -> int:
    is_month_end = keeps_month_end and anchor.day == monthrange(anchor.year, anchor.month)[1]
    return 31 if is_month_end else anchor.day


def later(start: date, every: tuple[int, PeriodUnit], periods: int, day: int) -> date:
    """The date so many periods after `start`; months take `day`, or their last day if they lack it."""
    length, unit = every
    if unit != "months":
        return start + timedelta(days=length * periods * (7 if unit == "weeks" else 1))
    years, month_index = divmod(start.month - 1 + length * periods, 12)
    return _in_month(start.year + years, month_index + 1, day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, day if day <= 28 else min(day, monthrange(year, month)[1]))
