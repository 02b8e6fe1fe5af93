"""What is kept and told of a message that does not leave now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.dunning import Channel
from services.notifier.sending import outcome_events
from services.notifier.sending.borrower_plan import GivenUp, KeptBack
from services.notifier.sending.decision_record import gate_record, record_of
from services.notifier.sending.departure import Defers, GateStops, Leaves, NoChannel, NoContact, RulesForbid
from services.notifier.sending.event_store import Telling
from services.notifier.sending.message import WaitingMessage

Status = Literal["deferred", "suppressed", "failed", "unknown", "waiting_for_contact"]
_LOST = "it may have been taken before, and may not be asked for again"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of a message, and why. `until` and `channel` are when and by what it is tried; None: as before.

    `decision` is the record of what decided it.
    """

    message: WaitingMessage
    status: Status
    reason: str = ""
    decision: str | None = None
    until: datetime | None = None
    channel: Channel | None = None
    telling: Telling | None = None

    @property
    def is_end(self) -> bool:
        """Whether the message never leaves any more."""
        return self.status in ("suppressed", "failed", "unknown")


def verdict_of(kept_back: KeptBack, at: datetime) -> Verdict:
    """What becomes of a message that does not leave at `at`; a deferral is told once for each new end."""
    message, request = kept_back.message, kept_back.message.request
    match kept_back.departure:
        case GateStops(rule, facts):
            telling = outcome_events.stopped_by_gate(request, rule)
            return Verdict(message, "suppressed", rule, gate_record(rule, facts, at), telling=telling)
        case RulesForbid(channel, decision):
            telling = outcome_events.forbidden(request, decision)
            reason = "" if decision.citation is None else decision.citation.rule_id
            return Verdict(message, "suppressed", reason, record_of(decision, at), channel=channel, telling=telling)
        case Defers(until, channel, decision):
            is_told = until == message.told_until
            deferral = None if is_told else outcome_events.deferred(request, until, decision)
            reason = "" if decision.citation is None else decision.citation.rule_id
            return Verdict(message, "deferred", reason, record_of(decision, at), until, channel, deferral)
        case NoChannel(reason):
            return failing(message, reason)
        case NoContact():
            return Verdict(message, "waiting_for_contact")
        case Leaves():
            raise ValueError(f"{request.notification_id} may leave")


def failing(message: WaitingMessage, reason: str) -> Verdict:
    """No channel can carry the message, or it cannot be worded."""
    return Verdict(message, "failed", reason, telling=outcome_events.failed(message.request, reason))


def losing(given_up: GivenUp) -> list[Verdict]:
    """The fate of messages that are given up stays unknown."""
    return [
        Verdict(message, "unknown", _LOST, channel=given_up.channel,
                telling=outcome_events.unknown(message.request, given_up.channel, _LOST))
        for message in given_up.messages
    ]  # fmt: skip
