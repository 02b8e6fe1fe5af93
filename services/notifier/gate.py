"""The last look before a message leaves: has the reason for it gone?"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the ledger last said of the loan; `known` is False before it said anything."""

    known: bool
    oldest_unpaid_due_on: date | None
    settled: bool


def suppressing_rule(due_on: date, facts: GateFacts) -> str | None:
    """The rule that keeps a reminder about the instalment due on `due_on` from being sent, or None.

    `loan-settled`: nothing is owed any more. `paid-since`: that instalment is paid.
    """
    if not facts.known:
        return None
    if facts.settled:
        return "loan-settled"
    if facts.oldest_unpaid_due_on is None or facts.oldest_unpaid_due_on > due_on:
        return "paid-since"
    return None
