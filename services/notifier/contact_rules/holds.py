"""Holds that stop contact: a dispute, a breathing space, a death, a bankruptcy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from schemas.hardship import HoldReason
from services.notifier.contact_rules.facts import ContactHold, Facts
from services.notifier.contact_rules.local_time import DAY, start_of_day
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact

REASONS_THAT_STOP_CONTACT: Final[frozenset[HoldReason]] = frozenset(
    {"dispute", "breathing-space", "bereavement", "bankruptcy", "technical-fault"}
)
"""Which holds stop contact where it is not said: after a disaster contact goes on, for help is offered."""


@dataclass(frozen=True, slots=True)
class NoContactOnHold:
    """No contact while a hold lasts; `reasons` None: whatever it is for. Without an end, never as far as is known."""

    citation: Citation
    scope: Scope
    reasons: frozenset[HoldReason] | None = None

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        while (hold := next(self._in_force(facts, moment), None)) is not None:
            if hold.until is None:
                return None
            moment = hold.until
        return moment

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """What the holds in force are for, and until when each lasts."""
        return tuple(
            SeenFact(f"hold for {hold.reason or 'a reason not told'}", _end(hold, facts))
            for hold in self._in_force(facts, moment)
        )

    def _in_force(self, facts: Facts, moment: datetime) -> Iterator[ContactHold]:
        return (
            hold
            for hold in facts.holds
            if (self.reasons is None or hold.reason in self.reasons)
            and (hold.debt is None or hold.debt == facts.debt)
            and (hold.from_at is None or hold.from_at <= moment)
            and (hold.until is None or moment < hold.until)
        )


def hold_on_days(
    zones: Sequence[ZoneInfo],
    from_on: date | None,
    to_on: date | None,
    reason: HoldReason | None = None,
    debt: str | None = None,
) -> ContactHold:
    """A hold on the days from `from_on` to `to_on`, both included: as long as it is such a day in any zone."""
    from_at = None if from_on is None else min(start_of_day(zone, from_on) for zone in zones)
    until = None if to_on is None else max(start_of_day(zone, to_on + DAY) for zone in zones)
    return ContactHold(from_at, until, reason, debt)


def _end(hold: ContactHold, facts: Facts) -> str:
    if hold.until is None:
        return "until it is lifted"
    return f"until {hold.until.astimezone(facts.zones[0]).isoformat(timespec='minutes')}"
