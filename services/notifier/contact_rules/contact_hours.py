"""Contact hours: on the clock of every zone where the borrower may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifier.contact_rules.facts import Facts
from services.notifier.contact_rules.local_time import LOOK_AHEAD, advance, midnight_after, wall_time
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` on and before `closes`, in minutes of the clock since midnight; `closes` may be 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


@dataclass(frozen=True, slots=True)
class ContactHours:
    """`by_weekday` has the hours of Monday first; None is a day without any.

    A moment is good if the clock of each zone shows hours of that zone's weekday. An hour that the clock shows twice is
    good twice; one that it skips is not there. If the zones have no moment in common on a day, the next day counts that
    has one, and if there is none within `LOOK_AHEAD`, never.
    """

    citation: Citation
    scope: Scope
    by_weekday: tuple[Hours | None, ...]

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        latest = moment + LOOK_AHEAD
        while True:
            asked = moment
            for zone in facts.zones:
                moment = self._opened(zone, moment, latest)
            if moment == asked:
                return moment
            if moment > latest:
                return None

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """The local time in each zone, and the hours of that day."""
        seen = []
        for zone in facts.zones:
            wall = wall_time(zone, moment)
            hours = self.by_weekday[wall.weekday()]
            seen.append(SeenFact(f"local time in {zone.key}", f"{wall:%a %Y-%m-%d %H:%M}"))
            seen.append(SeenFact(f"hours in {zone.key}", str(hours) if hours else "none on this day"))
        return tuple(seen)

    def _opened(self, zone: ZoneInfo, moment: datetime, latest: datetime) -> datetime:
        """The first instant at or after `moment` that is good in a zone; one after `latest` if there is none before."""
        while moment <= latest:
            wall = moment.astimezone(zone)
            hours = self.by_weekday[wall.weekday()]
            minute = wall.hour * 60 + wall.minute
            if hours is not None and hours.opens <= minute < hours.closes:
                return moment
            wall = wall.replace(tzinfo=None)
            target = midnight_after(wall)
            if hours is not None and minute < hours.opens:
                target += timedelta(minutes=hours.opens - 24 * 60)
            moment = advance(zone, moment, target)
        return moment


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
