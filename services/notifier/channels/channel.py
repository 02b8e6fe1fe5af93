"""Channels: how a message leaves, and the three ways in which it may not.

`ChannelUnavailable` says "later": the message was surely not taken, and nothing is known against the address.
`MessageRefused` says "not to this address": trying again would change nothing. `FateUnknown` says "perhaps": the
message was handed over, and no answer came. None tells an address or a number in its text, so all may be logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one address.

    `idempotency_key` is the same for every attempt on one channel. `to` is an e-mail address, an E.164 number, or for
    `app` the borrower id. `html` is for e-mail only. `opt_out_url` must answer a POST without further questions
    (RFC 8058), for mail programs offer it as a button. `payload` is what the lender's app and the agent's screen get
    beside the words: JSON values only (loan_id, amounts by component, due_on, offer_url, …). `loan_id` is the first
    loan's where one message is about several.
    """

    borrower_id: str
    loan_id: str
    notification_id: str
    idempotency_key: str
    template: str
    language: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    opt_out_url: str | None = field(default=None, repr=False)
    payload: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A provider took the message; `provider_message_id` is what it calls the message.

    `segments` is the number of SMS parts it was billed as; None on other channels. `cost_micros` is what it costs, in
    millionths of a unit of `cost_currency` (ISO 4217), which is None where no price is known.
    """

    provider_message_id: str
    segments: int | None = None
    cost_micros: int = 0
    cost_currency: str | None = None


class ChannelError(Exception):
    """A message did not leave, or is not known to have left. `code` is the provider's reply code, if it gave one."""

    def __init__(self, channel: str, notification_id: str, reason: str, code: int | None = None) -> None:
        """`reason` is in our words, never the provider's: those may repeat the address."""
        super().__init__(f"{channel}: {reason}" + ("" if code is None else f" ({code})"))
        self.channel = channel
        self.notification_id = notification_id
        self.reason = reason
        self.code = code


class ChannelUnavailable(ChannelError):
    """Surely not taken: try again, not sooner than `retry_after_seconds` if the provider said so."""

    def __init__(
        self,
        channel: str,
        notification_id: str,
        reason: str,
        code: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        """See the class."""
        super().__init__(channel, notification_id, reason, code)
        self.retry_after_seconds = retry_after_seconds


class MessageRefused(ChannelError):
    """Permanent: never again to this address on this channel."""


class FateUnknown(ChannelError):
    """May have been taken: to be repeated only on a channel that honours the key, and only under the same key."""


class Channel(Protocol):
    """A way to send messages. `send` may be called concurrently."""

    @property
    def name(self) -> str:
        """`email`, `sms`, `app` or `call`."""

    @property
    def honours_key(self) -> bool:
        """Whether a message handed over twice under one idempotency key reaches the borrower once."""

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the provider. Raises ChannelUnavailable, MessageRefused or FateUnknown."""

    async def close(self) -> None:
        """Let go of all connections."""
