"""Channels: how a message leaves, and the two ways in which it may not.

`ChannelUnavailable` says "later": nothing is known against the address. `MessageRefused` says "not to this address":
trying again would change nothing. Neither tells an address or a number in its text, so both may be logged.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one address.

    `idempotency_key` is the same for every attempt. `to` is an e-mail address or an E.164 number. `html` is for e-mail
    only. `opt_out_url` must answer a POST without further questions (RFC 8058), for mail programs offer it as a button.
    """

    notification_id: str
    idempotency_key: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    opt_out_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A provider took the message; `provider_message_id` is what it calls the message."""

    provider_message_id: str


class ChannelError(Exception):
    """A message did not leave. `code` is the provider's reply code, if it gave one."""

    def __init__(self, channel: str, notification_id: str, reason: str, code: int | None = None) -> None:
        """`reason` is in our words, never the provider's: those may repeat the address."""
        super().__init__(f"{channel}: {reason}" + ("" if code is None else f" ({code})"))
        self.channel = channel
        self.notification_id = notification_id
        self.reason = reason
        self.code = code


class ChannelUnavailable(ChannelError):
    """Temporary: try again, not sooner than `retry_after_seconds` if the provider said so."""

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


class Channel(Protocol):
    """A way to send messages. `send` may be called concurrently."""

    @property
    def name(self) -> str:
        """`email` or `sms`."""

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the provider. Raises ChannelUnavailable or MessageRefused."""

    async def close(self) -> None:
        """Let go of all connections."""
