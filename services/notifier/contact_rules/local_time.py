"""Wall clocks: when a zone's clock first reaches a time or a day, also where it is set forward or back.

Instants are in UTC, for Python compares datetimes of one zone by their wall time. A zone is taken to change its offset
once a day at most.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY: Final = timedelta(days=1)
LOOK_AHEAD: Final = timedelta(days=400)
"""How far rules look for a good moment: a year of clock changes and moving holidays."""

_FAR: Final = timedelta(days=2)
"""More than any change of offset: the longest, over the date line, is a day."""


class UnknownZone(ValueError):
    """No zone of that name in the IANA database."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no time zone of the IANA database, such as 'Asia/Shanghai'")
        self.name = name


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def wall_time(zone: ZoneInfo, moment: datetime) -> datetime:
    """What the zone's clock shows, without zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def local_day(zone: ZoneInfo, moment: datetime) -> date:
    """The zone's date."""
    return moment.astimezone(zone).date()


def midnight_after(wall: datetime) -> datetime:
    """The beginning of the next day."""
    return datetime(wall.year, wall.month, wall.day) + DAY  # noqa: DTZ001


def advance(zone: ZoneInfo, moment: datetime, wall: datetime) -> datetime:
    """The first instant after `moment` at which the zone's clock shows `wall`, or is set, whichever is earlier.

    `wall` is later than what the clock shows at `moment`, by two days at most. Where the clock is set, the caller looks
    again: `wall` may have been skipped, or be an hour further than it was.
    """
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    reached = (wall - offset).replace(tzinfo=UTC)
    if reached.astimezone(zone).utcoffset() == offset:
        return reached
    return _change_of_offset(zone, moment, reached, offset)


def first_on(zone: ZoneInfo, moment: datetime, day: date) -> datetime:
    """The first instant at or after `moment` at which the zone's date is `day` or later."""
    target = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    ahead = target - wall_time(zone, moment)
    if ahead > _FAR:
        moment += ahead - _FAR
    while local_day(zone, moment) < day:
        moment = advance(zone, moment, target)
    return moment


def start_of_day(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a zone's day; of the next day, if the zone skipped it."""
    return first_on(zone, datetime(day.year, day.month, day.day, tzinfo=UTC) - _FAR, day)


def first_days_after(zones: Sequence[ZoneInfo], moment: datetime, since: datetime, days: int) -> datetime:
    """The first instant at or after `moment` at which every zone's date is `days` later than it was at `since`."""
    starts = [(zone, local_day(zone, since) + days * DAY) for zone in zones]
    if days > 0 and moment - since > days * DAY + _FAR:
        return moment
    while True:
        earlier = moment
        for zone, day in starts:
            moment = first_on(zone, moment, day)
        if moment == earlier:
            return moment


def _change_of_offset(zone: ZoneInfo, before: datetime, after: datetime, offset: timedelta) -> datetime:
    """The second at which the offset changes; it differs from `offset` at `after`."""
    low, high = int(before.timestamp() // 1), -int(-after.timestamp() // 1)
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
