"""Which days banks of a country work, and where a due date that falls on another day goes.

Holidays, weekends and swapped working weekends (China's 调休) are those of the package `holidays`. It knows holidays by
law for any year, but China's swapped days only for years whose plan the State Council has published.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, get_args

import holidays

NonWorkingDays = Literal["leave", "before", "after", "after_in_month"]
NON_WORKING_DAYS: Final = frozenset(get_args(NonWorkingDays))

_DAY: Final = timedelta(days=1)
_LONGEST_CLOSURE_DAYS: Final = 60


class UnknownCalendar(ValueError):
    """The package knows no such country, or no such subdivision of it."""

    def __init__(self, country: str, subdivision: str | None) -> None:
        super().__init__(f"no calendar of holidays for {country!r}" + (f", {subdivision!r}" if subdivision else ""))
        self.country = country
        self.subdivision = subdivision


class NoWorkingDay(ValueError):
    """Around a day there is no working day within `_LONGEST_CLOSURE_DAYS`."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no working day near {day}")
        self.day = day


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days of a country (ISO 3166-1 alpha-2), or of a subdivision (ISO 3166-2 without the country)."""

    country: str
    subdivision: str | None = None

    def __post_init__(self) -> None:
        _holidays_of(self.country, self.subdivision)

    def is_working_day(self, day: date) -> bool:
        """Neither a holiday nor the country's weekend, or a weekend day that was swapped into a working day."""
        return _holidays_of(self.country, self.subdivision).is_working_day(day)

    def moved(self, day: date, rule: NonWorkingDays) -> date:
        """Where a due date goes: it stays on a working day, and moves by `rule` from any other.

        `after_in_month` is the next working day, but the previous one if the next lies in another month (modified
        following, ISDA 2006 definitions, section 4.12(a)(ii)). Raises NoWorkingDay.
        """
        if rule == "leave":
            return day
        if rule == "before":
            return self._nearest(day, -_DAY)
        later = self._nearest(day, _DAY)
        if rule == "after_in_month" and later.month != day.month:
            return self._nearest(day, -_DAY)
        return later

    def _nearest(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.is_working_day(day):
                return day
            day += step
        raise NoWorkingDay(day)


@lru_cache(maxsize=256)
def _holidays_of(country: str, subdivision: str | None) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country, subdiv=subdivision)
    except (NotImplementedError, KeyError) as error:
        raise UnknownCalendar(country, subdivision) from error
