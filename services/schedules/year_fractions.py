"""How long a period is as a part of a year, by the day count, as a whole number of small units.

A unit is 1 / `UNITS_PER_YEAR` of a year, so that no fraction is ever rounded.
"""

from calendar import isleap
from datetime import date
from typing import Final

from services.schedules.due_dates import Periods
from services.schedules.terms import DayCount, PeriodUnit

UNITS_PER_YEAR: Final[dict[DayCount, int]] = {"30/360": 360, "ACT/360": 360, "ACT/365": 365, "ACT/ACT": 365 * 366}


def period_units(day_count: DayCount, every: tuple[int, PeriodUnit], periods: Periods) -> list[int]:
    """Length of each period in units of 1 / `UNITS_PER_YEAR` of a year.

    Under 30/360 whole months count 30 days each; days and weeks count as they are; an irregular period counts by the
    30E/360 rule (ISDA 2006 definitions, section 4.16(g)). ACT/ACT is that of section 4.16(b).
    """
    length, unit = every
    if day_count == "ACT/ACT":
        return list(map(_actual_units, periods.starts, periods.ends))
    if day_count != "30/360":
        return _days(periods)
    units = [length * 30] * len(periods.ends) if unit == "months" else _days(periods)
    if periods.irregular:
        starts = periods.starts
        for index in periods.irregular:
            units[index] = _days_of_thirty_day_months(starts[index], periods.ends[index])
    return units


def _days(periods: Periods) -> list[int]:
    return [(end - start).days for start, end in zip(periods.starts, periods.ends, strict=True)]


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
