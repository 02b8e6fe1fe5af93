"""Digests: what is due for one borrower leaves as one message over all loans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.dunning import Channel
from services.eventing.envelope import event_id
from services.notifier.contact_rules.decision import Decision
from services.notifier.sending.message import WaitingMessage
from services.notifier.words import DIGESTIBLE


@dataclass(frozen=True, slots=True)
class DispatchPart:
    """One message of a dispatch, why it may leave, and the channels that could be tried after this one."""

    message: WaitingMessage
    decision: Decision
    others: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Messages that leave as one by a channel. `is_repeat`: it was tried before under its id, and says the same."""

    borrower_id: str
    dispatch_id: str
    channel: Channel
    parts: tuple[DispatchPart, ...] = field(repr=False)
    is_repeat: bool = False

    @property
    def loan_id(self) -> str | None:
        """The loan that it speaks of; None if there are several."""
        loans = {part.message.request.loan_id for part in self.parts}
        return next(iter(loans)) if len(loans) == 1 else None


def dispatch_of(channel: Channel, parts: Sequence[DispatchPart]) -> Dispatch:
    """A dispatch of messages handed to a channel, under an id that no attempt with other words has."""
    first = parts[0].message
    identity = event_id("dispatch", first.request.notification_id, first.attempts)
    return Dispatch(first.request.borrower_id, f"D:{identity}", channel, tuple(parts))


def awake(messages: Sequence[WaitingMessage], at: datetime) -> list[WaitingMessage]:
    """The messages of one borrower that may leave at `at`.

    Those that are due, and with the first of them that may share a message those that still wait for others.
    """
    due = [message for message in messages if message.due_at <= at]
    if not any(message.request.template in DIGESTIBLE for message in due):
        return due
    return [message for message in messages if message.due_at <= at or message.request.template in DIGESTIBLE]
