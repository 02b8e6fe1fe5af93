"""Messages to the lender's own app: a webhook of the lender's, signed as Standard Webhooks say."""

import json
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
from services.notifier.channels.gateway_request import HttpRequest
from services.notifier.channels.http_handover import HttpHandover, retry_after_seconds
from services.notifier.channels.webhook_signature import WebhookSigner

_NAME: Final = "app"
_TYPE: Final = "amends.message.v1"
# The lender's service says that the borrower has the app no longer.
_GONE: Final = 410
_PERHAPS_TAKEN: Final = frozenset({502, 504})


class AppChannel:
    """Posts each message to one address of the lender's.

    `webhook-id` is the idempotency key: the standard has the receiver drop what it has seen.
    """

    def __init__(
        self,
        url: str,
        signer: WebhookSigner,
        *,
        now: Callable[[], datetime],
        deadline_seconds: float = 10.0,
        max_connections: int = 20,
    ) -> None:
        """`now` gives an aware time; `deadline_seconds` bounds one hand-over."""
        self._url = url
        self._signer = signer
        self._now = now
        self._handover = HttpHandover(_NAME, deadline_seconds=deadline_seconds, max_connections=max_connections)

    @property
    def name(self) -> str:
        """The channel's name."""
        return _NAME

    @property
    def honours_key(self) -> bool:
        """The standard asks it of every receiver."""
        return True

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the lender's service."""
        at = self._now()
        body = app_message(message, at)
        headers = {"Content-Type": "application/json", **self._signer.headers(message.idempotency_key, at, body)}
        response = await self._handover.answer(HttpRequest("POST", self._url, headers, body), message)
        code = response.status_code
        about = (_NAME, message.notification_id)
        if response.is_success:
            return Delivery(message.idempotency_key)
        if code == _GONE:
            raise MessageRefused(*about, "the lender's app does not have the borrower", code)
        if code in _PERHAPS_TAKEN:
            raise FateUnknown(*about, "the lender's app may have taken the message", code)
        reason = "the lender's app cannot take the message now"
        raise ChannelUnavailable(*about, reason, code, retry_after_seconds(response))

    async def close(self) -> None:
        """Close the connections."""
        await self._handover.close()


def app_message(message: OutboundMessage, at: datetime) -> bytes:
    """The body of the webhook, in the form that Standard Webhooks recommend: `type`, `timestamp`, `data`."""
    data = {
        "borrower_id": message.borrower_id,
        "loan_id": message.loan_id,
        "notification_id": message.notification_id,
        "template": message.template,
        "language": message.language,
        "title": message.subject,
        "text": message.text,
        "opt_out_url": message.opt_out_url,
        "details": dict(message.payload),
    }
    document = {"type": _TYPE, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
