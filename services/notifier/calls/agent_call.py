"""A call that an agent is asked to make, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from schemas.templates import Template
from services.notifier.borrowers.borrower import Language
from services.notifier.contact_rules.facts import Outcome, Recipient

CallStatus = Literal["open", "claimed", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class CalledMessage:
    """A message that the call is to bring to the borrower."""

    borrower_id: str
    notification_id: str
    reminder_id: str
    loan_id: str
    step_id: str
    template: Template
    due_on: date
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class CallScript:
    """What the agent is to say; `details` are figures beside the words, as in `OutboundMessage.payload`."""

    title: str
    text: str = field(repr=False)
    details: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AgentCall:
    """A call as it is kept. `attempts` counts the calls made so far."""

    borrower_id: str
    call_id: str
    dispatch_id: str
    notification_id: str
    loan_id: str
    language: Language
    status: CallStatus
    asked_at: datetime
    not_before: datetime
    attempts: int = 0
    claimed_by: str | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallPatience:
    """How often a borrower is called who is not reached, how long after, and when a claim that nobody ended lapses.

    Contact rules may ask for longer waits: they are asked at each claim.
    """

    attempts: int = 3
    wait: timedelta = timedelta(hours=4)
    claim_lapses_after: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Reached:
    """The borrower was talked to, or a message was left for them."""


@dataclass(frozen=True, slots=True)
class CalledAgain:
    """Somebody calls again, at `not_before` at the earliest."""

    not_before: datetime


@dataclass(frozen=True, slots=True)
class NotReached:
    """The borrower could not be reached, and is not called again about this."""

    reason: str


CallEnding = Reached | CalledAgain | NotReached


def ending_of(
    outcome: Outcome, recipient: Recipient, attempts: int, at: datetime, patience: CallPatience
) -> CallEnding:
    """What becomes of a call after its attempt number `attempts` (from 1) ended at `at`.

    Whom another person answered for was not reached.
    """
    if recipient != "third-party" and outcome in ("conversation", "sent"):
        return Reached()
    if attempts >= patience.attempts:
        return NotReached(f"call: not reached in {attempts} calls, the last one {outcome}")
    return CalledAgain(at + patience.wait)
