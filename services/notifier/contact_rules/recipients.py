"""Whom one may talk to at all."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.contact_rules.facts import Facts
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact


@dataclass(frozen=True, slots=True)
class NoContact:
    """No contact of this scope, ever."""

    citation: Citation
    scope: Scope

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        return None

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """Whom the contact is with."""
        return (SeenFact("recipient", facts.recipient),)
