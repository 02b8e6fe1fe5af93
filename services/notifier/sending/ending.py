"""How an attempt ended, and what becomes of the message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.dunning import Channel
from services.notifier.channels.channel import ChannelError, ChannelUnavailable, Delivery, FateUnknown
from services.notifier.channels.retry import retry_delay
from services.notifier.sending.digest import DispatchPart

_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message is tried by one channel, by times and by time, before the next; and how long in all."""

    attempts_a_channel: int
    with_a_channel: timedelta
    in_all: timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """A provider took it."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """It is tried again by the same channel at `at`."""

    at: datetime
    reason: str
    counts_as_attempt: bool


@dataclass(frozen=True, slots=True)
class TriedElsewhere:
    """It is tried by `channel` next."""

    channel: Channel
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """No channel could take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whether it was taken is not known, and asking again could send it twice."""

    reason: str


Ending = Sent | TriedAgain | TriedElsewhere | Failed | Unknown


def ending_of(
    part: DispatchPart,
    result: Delivery | ChannelError,
    at: datetime,
    patience: Patience,
    *,
    honours_key: bool,
    is_repeat: bool,
    draw: float,
) -> Ending:
    """What becomes of a message after an attempt that ended at `at`; `draw` from [0, 1) spreads the next one.

    A refusal goes on to the next channel at once. A channel that cannot take it now is tried again, until patience with
    it ends and another could carry the message; the last one is tried until patience ends in all. A moment that the
    provider named, as one does whose limit is reached, costs time and no attempt. What may have been taken (`is_repeat`
    once it was tried again) is asked for again only where the provider knows it by its key, and by no other channel.
    """
    if isinstance(result, Delivery):
        return Sent(result)
    reason = str(result)[:_LONGEST_REASON]
    message = part.message
    after_seconds = result.retry_after_seconds if isinstance(result, ChannelUnavailable) else None
    again_at = at + retry_delay(message.channel_attempts + 1, after_seconds, draw)
    is_over = again_at - message.asked_at > patience.in_all
    counts = after_seconds is None
    if is_repeat or isinstance(result, FateUnknown):
        may_repeat = honours_key and isinstance(result, FateUnknown | ChannelUnavailable)
        return TriedAgain(again_at, reason, counts) if may_repeat and not is_over else Unknown(reason)
    if not isinstance(result, ChannelUnavailable):
        return TriedElsewhere(part.others[0], reason) if part.others else Failed(reason)
    if part.others and _is_tired(part, again_at, patience, counts):
        return TriedElsewhere(part.others[0], reason)
    return Failed(reason) if is_over else TriedAgain(again_at, reason, counts)


def _is_tired(part: DispatchPart, again_at: datetime, patience: Patience, counts: bool) -> bool:
    """Whether patience with the channel ends with this attempt, or would before the next."""
    message = part.message
    if counts and message.channel_attempts + 1 >= patience.attempts_a_channel:
        return True
    return again_at - (message.channel_since or message.asked_at) > patience.with_a_channel
