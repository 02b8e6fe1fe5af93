"""Sets of calendar days, as intervals: what overlaps, nests or touches counts once.

Every function takes intervals in any order and however they overlap.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAY: Final = timedelta(days=1)


class IntervalEndsBeforeItStarts(ValueError):
    """The last day of an interval lies before its first."""

    def __init__(self, from_on: date, to_on: date) -> None:
        super().__init__(f"to_on {to_on}: is before from_on {from_on}")
        self.from_on = from_on
        self.to_on = to_on


@dataclass(frozen=True, slots=True)
class DayInterval:
    """The days from `from_on` to `to_on`, both included; `to_on` None means without end.

    Raises IntervalEndsBeforeItStarts.
    """

    from_on: date
    to_on: date | None = None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on < self.from_on:
            raise IntervalEndsBeforeItStarts(self.from_on, self.to_on)


DayIntervals = tuple[DayInterval, ...]
"""A set of days, as `merged` gives it: in order, disjoint, and with a day between any two."""


def merged(intervals: Iterable[DayInterval]) -> DayIntervals:
    """The days that are in any of the intervals, as the fewest intervals: the same set of days is the same tuple.

    An interval up to the calendar's last day, `date.max`, is without end.
    """
    result: list[DayInterval] = []
    for interval in sorted(intervals, key=lambda one: one.from_on):
        last = _last_day(interval)
        if result:
            before = _last_day(result[-1])
            if interval.from_on.toordinal() <= before.toordinal() + 1:
                result[-1] = _interval(result[-1].from_on, max(before, last))
                continue
        result.append(_interval(interval.from_on, last))
    return tuple(result)


def covers(intervals: Iterable[DayInterval], on: date) -> bool:
    """Whether `on` is in any of the intervals."""
    return any(interval.from_on <= on <= _last_day(interval) for interval in intervals)


def days_covered(intervals: Iterable[DayInterval], after: date, up_to: date) -> int:
    """How many days d with after < d <= up_to are in any of the intervals, each counted once."""
    first, last = after.toordinal() + 1, up_to.toordinal()
    return sum(
        max(min(_last_day(interval).toordinal(), last) - max(interval.from_on.toordinal(), first) + 1, 0)
        for interval in merged(intervals)
    )


def days_outside(intervals: Iterable[DayInterval], after: date) -> DayIntervals:
    """The days later than `after` that are in none of the intervals."""
    if after == date.max:
        return ()
    free_from: date | None = after + DAY
    result: list[DayInterval] = []
    for interval in merged(intervals):
        if free_from is None:
            break
        if interval.from_on > free_from:
            result.append(DayInterval(free_from, interval.from_on - DAY))
        if interval.to_on is None:
            free_from = None
        elif interval.to_on >= free_from:
            free_from = interval.to_on + DAY
    if free_from is not None:
        result.append(DayInterval(free_from))
    return tuple(result)


def next_change_after(intervals: Iterable[DayInterval], on: date) -> date | None:
    """The first day later than `on` that is in the intervals when the day before is not, or the other way round.

    None if there is no such day.
    """
    days = merged(intervals)
    reached = bisect_right(days, on, key=lambda interval: interval.from_on)
    if reached and days[reached - 1].to_on is None:
        return None
    if reached and on <= (to_on := _last_day(days[reached - 1])):
        return to_on + DAY
    return days[reached].from_on if reached < len(days) else None


def _last_day(interval: DayInterval) -> date:
    return date.max if interval.to_on is None else interval.to_on


def _interval(from_on: date, last: date) -> DayInterval:
    return DayInterval(from_on, None if last == date.max else last)
