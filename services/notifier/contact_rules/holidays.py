"""Rest days: public holidays of a country, and those that the lender or the borrower names."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

import holidays

from services.notifier.contact_rules.facts import Facts
from services.notifier.contact_rules.local_time import LOOK_AHEAD, advance, local_day, midnight_after, wall_time
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact
from services.schedules.working_days import WorkingCalendar

RestDayKind = Literal["public-holidays", "non-working-days"]
"""`non-working-days` are public holidays and the country's weekend, less weekend days swapped into working ones
(China's 调休, known for years whose plan the State Council has published)."""


@dataclass(frozen=True, slots=True)
class RestCalendar:
    """The rest days of a country (ISO 3166-1 alpha-2) or a subdivision of it (ISO 3166-2 without the country).

    Raises UnknownCalendar.
    """

    days: RestDayKind
    country: str
    subdivision: str | None = None

    def __post_init__(self) -> None:
        WorkingCalendar(self.country, self.subdivision)

    def is_rest_day(self, day: date) -> bool:
        """Whether people of the country rest on it."""
        if self.days == "non-working-days":
            return not WorkingCalendar(self.country, self.subdivision).is_working_day(day)
        return day in _public_holidays(self.country, self.subdivision)


@dataclass(frozen=True, slots=True)
class RestDays:
    """No contact on a rest day, by the date of each zone where the borrower may be.

    `calendar` None: only on days that the facts name.
    """

    citation: Citation
    scope: Scope
    calendar: RestCalendar | None = None

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        if not facts.holidays and self.calendar is None:
            return moment
        latest = moment + LOOK_AHEAD
        while True:
            asked = moment
            for zone in facts.zones:
                while moment <= latest and self._is_rest_day(facts, local_day(zone, moment)):
                    moment = advance(zone, moment, midnight_after(wall_time(zone, moment)))
            if moment == asked:
                return moment
            if moment > latest:
                return None

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """The rest day in each zone that has one."""
        days = {zone.key: local_day(zone, moment) for zone in facts.zones}
        return tuple(
            SeenFact(f"rest day in {zone}", day.isoformat())
            for zone, day in days.items()
            if self._is_rest_day(facts, day)
        )

    def _is_rest_day(self, facts: Facts, day: date) -> bool:
        return day in facts.holidays or (self.calendar is not None and self.calendar.is_rest_day(day))


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)
