"""What the API answers from."""

from dataclasses import dataclass
from datetime import datetime

from services.eventing.api_connections import ApiConnections
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.contact_rules.rule_sets import RuleSets
from services.notifier.sealing.key_ring import KeyRing


@dataclass(frozen=True, slots=True)
class NotifierParts:
    """The notifier as the API needs it; `rules_name` is that of the lender's contact rules."""

    connections: ApiConnections
    keys: KeyRing
    calendar: LenderCalendar
    rule_sets: RuleSets
    rules_name: str

    def rules_at(self, at: datetime) -> RuleSet:
        """The contact rules in force."""
        return self.rule_sets.in_force(self.rules_name, at)
