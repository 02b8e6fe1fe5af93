"""Which days count towards days past due: none while the clock is stopped, and by policy only working days."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from services.dunning.aging.day_intervals import DAY, DayInterval, DayIntervals, days_covered, days_outside
from services.schedules.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class CountedDays:
    """All days but those of `clock_stops`; with a `calendar`, only working days of those."""

    clock_stops: DayIntervals = ()
    calendar: WorkingCalendar | None = None

    def between(self, after: date, up_to: date) -> int:
        """How many days d with after < d <= up_to count."""
        if up_to <= after:
            return 0
        if self.calendar is None:
            days = up_to.toordinal() - after.toordinal()
            return days - days_covered(self.clock_stops, after, up_to) if self.clock_stops else days
        if not self.clock_stops:
            return _working_days(self.calendar, after, up_to)
        outside = days_outside(self.clock_stops, after)
        return sum(
            _working_days(self.calendar, interval.from_on - DAY, _earlier(interval.to_on, up_to))
            for interval in outside
            if interval.from_on <= up_to
        )

    def reached_on(self, days: int, after: date) -> date | None:
        """The day that is number `days` (from 1) of those that count after `after`.

        None if the clock stops before it for good, or the calendar ends (`date.max`).
        """
        left = days
        for interval in days_outside(self.clock_stops, after):
            day = self._numbered(left, interval)
            if day is not None and day <= (interval.to_on or date.max):
                return day
            if interval.to_on is None:
                return None
            left -= CountedDays((), self.calendar).between(interval.from_on - DAY, interval.to_on)
        return None

    def _numbered(self, days: int, interval: DayInterval) -> date | None:
        """Day number `days` from the start of an interval on, whatever its end."""
        if self.calendar is not None:
            return _working_day_number(self.calendar, days, interval.from_on)
        if date.max.toordinal() - interval.from_on.toordinal() < days - 1:
            return None
        return interval.from_on + timedelta(days=days - 1)


def _earlier(end: date | None, up_to: date) -> date:
    return up_to if end is None else min(end, up_to)


def _working_days(calendar: WorkingCalendar, after: date, up_to: date) -> int:
    """How many days d with after < d <= up_to are working days."""
    return sum(
        bisect_right(days, up_to) - bisect_right(days, after)
        for days in (_working_days_of_year(calendar, year) for year in range(after.year, up_to.year + 1))
    )


def _working_day_number(calendar: WorkingCalendar, number: int, from_on: date) -> date | None:
    """The working day that is `number` (from 1) of those from `from_on` on; None past the end of the calendar."""
    left = number
    for year in range(from_on.year, date.max.year + 1):
        days = _working_days_of_year(calendar, year)
        earlier = bisect_left(days, from_on)
        if left <= len(days) - earlier:
            return days[earlier + left - 1]
        left -= len(days) - earlier
    return None


@lru_cache(maxsize=512)
def _working_days_of_year(calendar: WorkingCalendar, year: int) -> tuple[date, ...]:
    first = date(year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))
    return tuple(day for day in days if calendar.is_working_day(day))
