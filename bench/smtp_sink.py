"""A mail server that answers 250 to everything, as fast as asyncio can, and counts: `python -m bench.smtp_sink`.

It prints its port, and when it is told to end, how many mails it took.
"""

import asyncio
import signal
from typing import Final

_OK: Final = b"250 OK\r\n"
_END_OF_TEXT: Final = b"\r\n.\r\n"


class _Conversation(asyncio.Protocol):
    """One connection. `taken` counts for all of them."""

    taken = 0

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._is_in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer whatever is complete."""
        self._received += data
        answers = []
        while (answer := self._next_answer()) is not None:
            answers.append(answer)
        if answers and self._transport is not None:
            self._transport.write(b"".join(answers))

    def _next_answer(self) -> bytes | None:
        end = _END_OF_TEXT if self._is_in_text else b"\r\n"
        place = self._received.find(end)
        if place < 0:
            return None
        line = bytes(self._received[:8])
        del self._received[: place + len(end)]
        if self._is_in_text:
            self._is_in_text = False
            _Conversation.taken += 1
            return _OK
        verb = line[:4].upper()
        if verb == b"DATA":
            self._is_in_text = True
            return b"354 go ahead\r\n"
        if verb == b"QUIT":
            return b"221 bye\r\n"
        return b"250-sink\r\n250 8BITMIME\r\n" if verb == b"EHLO" else _OK


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(_Conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await ended.wait()
    print(_Conversation.taken, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_serve())
