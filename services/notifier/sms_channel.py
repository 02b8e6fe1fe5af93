"""SMS by a gateway that takes JSON over HTTP."""

import math
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from services.notifier.channels import ChannelUnavailable, Delivery, MessageRefused, OutboundMessage

# Refusals that are about us or the moment, and say nothing of the number.
_NOT_THE_NUMBER: Final = frozenset({401, 403, 407, 408, 429})


class SmsChannel:
    """Posts `{"to", "text", "idempotency_key"}` to a gateway; any attempt may be repeated under the same key."""

    def __init__(
        self, url: str, *, token: str | None = None, timeout_seconds: float = 10.0, max_connections: int = 20
    ) -> None:
        """`token` is sent as a bearer token; `timeout_seconds` bounds connecting, writing and reading each."""
        self._url = url
        self._client = httpx.AsyncClient(
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
            trust_env=False,
        )

    @property
    def name(self) -> str:
        """The channel's name."""
        return "sms"

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the gateway."""
        body = {"to": message.to, "text": message.text, "idempotency_key": message.idempotency_key}
        try:
            response = await self._client.post(self._url, json=body)
        except httpx.TimeoutException as error:
            raise ChannelUnavailable(
                self.name, message.notification_id, "the gateway did not answer in time"
            ) from error
        except httpx.HTTPError as error:
            raise ChannelUnavailable(self.name, message.notification_id, "the gateway cannot be reached") from error
        code = response.status_code
        if response.is_success:
            return Delivery(_message_id(response) or message.idempotency_key)
        if response.is_client_error and code not in _NOT_THE_NUMBER:
            raise MessageRefused(self.name, message.notification_id, "the gateway refused the message", code)
        raise ChannelUnavailable(
            self.name, message.notification_id, "the gateway cannot take the message now", code, _retry_after(response)
        )

    async def close(self) -> None:
        """Close the gateway's connections."""
        await self._client.aclose()


def _message_id(response: httpx.Response) -> str | None:
    """The gateway's name for the message; a gateway that took it and gave none is no failure."""
    try:
        body = response.json()
    except ValueError:
        return None
    value = body.get("message_id") if isinstance(body, dict) else None
    return str(value) if isinstance(value, str | int) and value != "" else None


def _retry_after(response: httpx.Response) -> float | None:
    """Retry-After in seconds; a date counts from the date on which the gateway says it answered."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            seconds = float(value)
        else:
            wait: timedelta = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["Date"])
            seconds = wait.total_seconds()
    except (ValueError, TypeError, KeyError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
