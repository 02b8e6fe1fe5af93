"""The only place that asks the operating system for the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Gives the recording time."""

    def now(self) -> datetime:
        """The current moment, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current moment, in UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """The machine's clock, so much ahead: for rehearsals at another hour of the day than it is."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The moment that is rehearsed, in UTC."""
        return datetime.now(UTC) + self._ahead


class FixedClock:
    """A clock that stands still until it is set; for tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment that was set."""
        return self.moment


def business_date(clock: Clock, zone: str) -> date:
    """The calendar date in the lender's zone (an IANA name) at this moment."""
    return clock.now().astimezone(ZoneInfo(zone)).date()
