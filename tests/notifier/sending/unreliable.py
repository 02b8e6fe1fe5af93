"""Providers that fail in every way, at random, and keep what they took all the same."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.notifier.channels.default_gateway import default_gateway
from services.notifier.channels.sms_channel import SmsChannel
from tests.notifier.channels.http_server import sms_channel
from tests.notifier.channels.mail_server import Mailbox

_REFUSALS = {"busy": "500 Oops", "limits": "429 Too Many\r\nRetry-After: 1"}


class UnreliableGateway:
    """Takes one text message in two; 500, 429, no answer within the deadline, and breaking off are the others' lot.

    What comes again under a key is answered, and kept once. `asked` counts requests by mood, `taken` texts by key.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.asked: Counter[str] = Counter()
        self.taken: dict[str, str] = {}
        self.contradictions = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                if not await self._answer(json.loads(await reader.readexactly(length)), reader, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(
        self, message: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        mood = self._chance.choice(("takes", "takes", "takes", "takes", "busy", "limits", "lingers", "breaks-off"))
        self.asked[mood] += 1
        if mood in _REFUSALS:
            writer.write(f"HTTP/1.1 {_REFUSALS[mood]}\r\nContent-Length: 0\r\n\r\n".encode())
            return True
        key, text = message["idempotency_key"], message["text"]
        self.contradictions += self.taken.setdefault(key, text) != text
        if mood == "lingers":
            await reader.read()
            return False
        if mood == "breaks-off":
            return False
        body = json.dumps({"message_id": f"sms-{key}"})
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        return True


@asynccontextmanager
async def unreliable_gateway(chance: random.Random) -> AsyncIterator[tuple[UnreliableGateway, SmsChannel]]:
    """The gateway, and a channel to it that does not wait long."""
    gateway = UnreliableGateway(chance)
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/messages"
    try:
        async with sms_channel(default_gateway(url, has_token=False), deadline_seconds=0.5) as channel:
            yield gateway, channel
    finally:
        server.close()
        await server.wait_closed()


class UnreliableMailbox(Mailbox):
    """Takes one mail in two; 4xx, 5xx and breaking off before or after it took the text are the others' lot."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.asked: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the text, or not."""
        moods = ("takes", "takes", "takes", "takes", "451 later", "554 never", "loses", "breaks off")
        mood = self._chance.choice(moods)
        self.asked[mood] += 1
        if mood[0].isdigit():
            return mood
        if mood == "loses":
            server.transport.abort()
            return "250 taken"
        taken = await super().handle_DATA(server, session, envelope)
        if mood == "breaks off":
            server.transport.abort()
        return taken
