"""What every contact rule can answer, and what it says of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.borrower_answers import Purpose
from services.notifier.contact_rules.facts import Channel, Facts, Recipient


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from. `primary_text_read` is False if it was taken from what others write about it."""

    rule_id: str
    clause: str
    source: str
    primary_text_read: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which contacts a rule is about."""

    channels: frozenset[Channel]
    purposes: frozenset[Purpose]
    recipients: frozenset[Recipient]


@dataclass(frozen=True, slots=True)
class SeenFact:
    """A fact that a rule stopped a contact for, in words and figures that an operator understands."""

    name: str
    value: str | int


class Rule(Protocol):
    """A rule, compiled: pure, and cheap to ask."""

    @property
    def citation(self) -> Citation:
        """Where the rule comes from."""

    @property
    def scope(self) -> Scope:
        """Which contacts it is about."""

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """The first instant at or after `moment` that the rule allows; None if it allows none, as far as is known."""

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """The facts for which it does not allow `moment`."""
