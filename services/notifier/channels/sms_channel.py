"""SMS by a gateway over HTTP, as its provider document describes it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.notifier.channels.channel import (
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
    OutboundMessage,
)
from services.notifier.channels.gateway_answer import ReadAnswer, read_answer
from services.notifier.channels.gateway_request import gateway_request
from services.notifier.channels.http_handover import HttpHandover, retry_after_seconds
from services.notifier.channels.provider_document import GatewayRequest, ProviderDocument
from services.notifier.channels.provider_secrets import ProviderSecrets
from services.notifier.words.sms_segments import sms_segments

_NAME: Final = "sms"


class NoRequestDescribed(ValueError):
    """A document was given for sending that says nothing of how a message is handed over."""

    def __init__(self, provider: str) -> None:
        super().__init__(f"provider {provider}: request: missing; it is needed to send")
        self.provider = provider


class SmsChannel:
    """Hands text messages to one gateway."""

    def __init__(
        self,
        provider: ProviderDocument,
        secrets: ProviderSecrets,
        *,
        now: Callable[[], datetime],
        deadline_seconds: float = 10.0,
        max_connections: int = 20,
    ) -> None:
        """`now` gives an aware time; `deadline_seconds` bounds one hand-over.

        Raises SecretMissing, NoRequestDescribed.
        """
        if provider.request is None:
            raise NoRequestDescribed(provider.name)
        self._request: GatewayRequest = provider.request
        self._provider = provider
        self._secrets = secrets.checked(provider)
        self._now = now
        self._handover = HttpHandover(_NAME, deadline_seconds=deadline_seconds, max_connections=max_connections)

    @property
    def name(self) -> str:
        """The channel's name."""
        return _NAME

    @property
    def honours_key(self) -> bool:
        """What the document says."""
        return self._provider.honours_key

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the gateway."""
        request = gateway_request(self._request, self._secrets, message, self._now())
        response = await self._handover.answer(request, message)
        answer = read_answer(self._provider.answer, response)
        if answer.verdict == "taken":
            return self._delivery(message, answer)
        about = (_NAME, message.notification_id)
        code = response.status_code
        if answer.verdict == "refused":
            raise MessageRefused(*about, "the gateway refused the message", code)
        if answer.verdict == "unknown":
            raise FateUnknown(*about, "the gateway does not know whether the message was taken", code)
        reason = "the gateway cannot take the message now"
        raise ChannelUnavailable(*about, reason, code, retry_after_seconds(response))

    def _delivery(self, message: OutboundMessage, answer: ReadAnswer) -> Delivery:
        segments = sms_segments(message.text).count
        prices = self._provider.prices
        told: tuple[int | None, str | None] = answer.cost or (
            (None, None) if prices is None else (prices.cost_micros(message.to, segments), prices.currency)
        )
        cost_micros, currency = told
        message_id = answer.message_id or message.idempotency_key
        if cost_micros is None:
            return Delivery(message_id, segments)
        return Delivery(message_id, segments, cost_micros, currency)

    async def close(self) -> None:
        """Close the gateway's connections."""
        await self._handover.close()
