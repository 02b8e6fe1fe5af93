"""Disputes: a borrower objects to a debt, which is held until somebody has looked into it."""

from dataclasses import dataclass
from datetime import date, timedelta

from schemas.borrower_answers import DisputeKind
from services.dunning.aging.holds import DEFAULT_STOPS, Hold
from services.dunning.ladder.rules import DisputeRules


@dataclass(frozen=True, slots=True)
class Dispute:
    """An objection to the debt of a loan, told on `disputed_on`; `lifted_on` is the first day without its hold."""

    dispute_id: str
    loan_id: str
    kind: DisputeKind
    disputed_on: date
    lifted_on: date | None = None

    def hold(self, rules: DisputeRules) -> Hold:
        """The hold that it gives its loan, by its own id: until lifted, or as many days as the policy says."""
        to_on = None if rules.hold_days is None else self.disputed_on + timedelta(days=rules.hold_days - 1)
        stops = DEFAULT_STOPS["dispute"]
        return Hold(self.dispute_id, "dispute", stops, self.disputed_on, to_on, self.lifted_on, self.loan_id)
