"""Handing a request to a provider over HTTP, and telling whether it surely did not arrive."""

import asyncio
import math
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from services.notifier.channels.channel import ChannelUnavailable, FateUnknown, OutboundMessage
from services.notifier.channels.gateway_request import HttpRequest

_LARGEST_ANSWER_BYTES: Final = 64 * 1024


class HttpHandover:
    """Connections to one provider. Redirects are not followed: a signed request is for one address."""

    def __init__(self, channel: str, *, deadline_seconds: float, max_connections: int) -> None:
        """`deadline_seconds` bounds one hand-over as a whole, with its wait for a connection."""
        self._channel = channel
        self._deadline_seconds = deadline_seconds
        self._client = httpx.AsyncClient(
            headers={"Accept-Encoding": "identity", "User-Agent": "amends"},
            timeout=deadline_seconds,
            # Whoever is cancelled while it waits for a connection of httpx's pool may take that place in it for ever.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=max_connections),
            trust_env=False,
        )
        self._places = asyncio.Semaphore(max_connections)

    async def answer(self, request: HttpRequest, message: OutboundMessage) -> httpx.Response:
        """The provider's answer, of any status, its body read up to 64 KiB.

        Raises ChannelUnavailable if no byte was sent, FateUnknown if some were and no answer came in time.
        """
        until = asyncio.get_running_loop().time() + self._deadline_seconds
        try:
            async with asyncio.timeout_at(until):
                await self._places.acquire()
        except TimeoutError as error:
            raise self._ended(message, False, "no connection to the provider was free in time") from error
        try:
            return await _read(await self._response(request, message, until), until)
        finally:
            self._places.release()

    async def _response(self, request: HttpRequest, message: OutboundMessage, until: float) -> httpx.Response:
        sending = self._client.build_request(
            request.method, request.url, headers=dict(request.headers), content=request.body
        )
        left = False

        async def note(event: str, _: object) -> None:
            nonlocal left
            left = left or event.endswith("send_request_headers.started")

        sending.extensions["trace"] = note
        try:
            async with asyncio.timeout_at(until):
                return await self._client.send(sending, stream=True)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise self._ended(message, left, "the provider did not answer in time") from error
        except httpx.HTTPError as error:
            reason = "the provider broke off before it answered" if left else "the provider cannot be reached"
            raise self._ended(message, left, reason) from error

    def _ended(self, message: OutboundMessage, left: bool, reason: str) -> ChannelUnavailable | FateUnknown:
        kind = FateUnknown if left else ChannelUnavailable
        return kind(self._channel, message.notification_id, reason)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


async def _read(response: httpx.Response, until: float) -> httpx.Response:
    """The answer with its body; an answer whose body is too long or breaks off is an answer still, without one."""
    body = b""
    try:
        async with asyncio.timeout_at(until):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_ANSWER_BYTES:
                    body = b""
                    break
    except (TimeoutError, httpx.HTTPError):
        body = b""
    finally:
        await response.aclose()
    headers = {name: value for name, value in response.headers.items() if name != "content-encoding"}
    return httpx.Response(response.status_code, headers=headers, content=body)


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Retry-After in seconds; a date counts from the date on which the provider says it answered."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            seconds = float(value)
        else:
            wait: timedelta = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["Date"])
            seconds = wait.total_seconds()
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
