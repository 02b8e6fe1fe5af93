"""An HTTP server on loopback that answers, lingers and breaks off as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from services.notifier.channels.provider_document import ProviderDocument, parse_provider
from services.notifier.channels.provider_secrets import ProviderSecrets
from services.notifier.channels.sms_channel import SmsChannel
from tests.notifier.channels.messages import NOW


@dataclass(frozen=True)
class Request:
    """A request as it came; header names are lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """What the server saw, and what it is told to do. `breaks_off`: it ends the connection then, without an answer."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    status: str = "200 OK"
    headers: str = ""
    body: str = '{"message_id": "m-1"}'
    delay_seconds: float = 0.0
    breaks_off: Literal["at-once", "after-reading", "within-answer"] | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.breaks_off == "at-once":
                return
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode().split("\r\n")[:-2]
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append(Request(line, headers, body))
                await asyncio.sleep(self.delay_seconds)
                if self.breaks_off == "after-reading":
                    return
                length = len(self.body.encode()) + (100 if self.breaks_off == "within-answer" else 0)
                answer = f"HTTP/1.1 {self.status}\r\nContent-Length: {length}\r\n{self.headers}\r\n{self.body}"
                writer.write(answer.encode())
                await writer.drain()
                if self.breaks_off == "within-answer":
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def http_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/messages"
    try:
        yield provider
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def sms_channel(
    document: str | ProviderDocument, secrets: ProviderSecrets | None = None, deadline_seconds: float = 5.0
) -> AsyncIterator[SmsChannel]:
    """A channel to the provider that a document describes."""
    provider = parse_provider(document, "test.yaml") if isinstance(document, str) else document
    channel = SmsChannel(
        provider, secrets or ProviderSecrets(), now=lambda: NOW, deadline_seconds=deadline_seconds, max_connections=4
    )
    try:
        yield channel
    finally:
        await channel.close()
