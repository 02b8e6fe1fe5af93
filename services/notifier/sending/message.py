"""Messages: what is asked for, and what waits to be sent."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from schemas.dunning import Channel
from schemas.templates import Template
from schemas.values import ComponentAmounts, PositiveAmountMinor
from services.notifier.words.facts import AcceptedPlan


class MessageAbout(BaseModel):
    """What a message is about besides an instalment: an offer, a promise, a plan.

    `link_expires_at` is when a link to the borrower's page ends; None: as long as links last.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    offer_id: str | None = None
    link_expires_at: datetime | None = None
    promised_minor: PositiveAmountMinor | None = None
    promised_on: date | None = None
    plan: AcceptedPlan | None = None


_LONGEST_REMINDER_ID: Final = 126
NOTHING_ELSE: Final = MessageAbout()


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message asked for: a reminder of dunning's, or the notifier's own, such as `offer:{offer_id}`.

    `channels` are tried in order. `amounts` are minor units of `currency` by component, and `due_on` is the due date of
    the instalment that the message is about; both may change before it leaves, and the gate looks then.
    """

    borrower_id: str
    notification_id: str
    reminder_id: str
    loan_id: str
    step_id: str
    template: Template
    channels: tuple[Channel, ...]
    currency: str
    due_on: date
    days_past_due: int
    amounts: ComponentAmounts
    traceparent: str | None = None
    about: MessageAbout = field(default=NOTHING_ELSE)


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message in the queue, which may leave at `due_at` at the earliest.

    `attempts` counts how often it was handed over. `channel` is the one that it was tried on last, `channel_attempts`
    times since `channel_since`; `spent` are those that it is not tried on again. `told_until` is the end of the
    deferral told last. `repeats` names a dispatch that may have been taken, and may be repeated only as it was.
    """

    request: MessageRequest
    asked_at: datetime
    due_at: datetime
    attempts: int = 0
    channel: Channel | None = None
    channel_attempts: int = 0
    channel_since: datetime | None = None
    spent: frozenset[Channel] = frozenset()
    told_until: datetime | None = None
    repeats: str | None = None

    @property
    def channels_left(self) -> tuple[Channel, ...]:
        """The channels that it may still be tried on, in order."""
        return tuple(channel for channel in self.request.channels if channel not in self.spent)

    def handed_to(self, channel: Channel, at: datetime) -> Self:
        """The message while it is tried on a channel."""
        is_same = channel == self.channel and self.channel_since is not None
        return replace(
            self,
            attempts=self.attempts + 1,
            channel=channel,
            channel_attempts=self.channel_attempts if is_same else 0,
            channel_since=self.channel_since if is_same else at,
        )


def notification_id(reminder_id: str) -> str:
    """The id of the message for a reminder; of a very long one a digest stands in it."""
    if len(reminder_id) > _LONGEST_REMINDER_ID:
        reminder_id = sha256(reminder_id.encode()).hexdigest()
    return f"N:{reminder_id}"
