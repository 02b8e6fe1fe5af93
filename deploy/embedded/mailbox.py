"""The sink's record of the messages that arrived: the latest in memory, all of them in a file."""

import hashlib
import json
import logging
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO
from uuid import uuid4

KEPT_IN_MEMORY = 10_000

logger = logging.getLogger(__name__)


class Channel(StrEnum):
    """How a message arrived."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True)
class Message:
    """A message that arrived. `reference` is the sender's own: Message-ID of an e-mail, idempotency key of an SMS."""

    message_id: str
    arrived_at: str
    channel: Channel
    sender: str
    to: str
    subject: str
    body: str
    reference: str


class KeyReused(Exception):
    """An idempotency key came again with another message."""

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key {key!r} was used before with another message")
        self.key = key


class Mailbox:
    """Takes messages in, counts them, and finds the latest."""

    def __init__(self, path: Path, kept: int = KEPT_IN_MEMORY) -> None:
        self.counts: dict[Channel, int] = dict.fromkeys(Channel, 0)
        self._latest: deque[Message] = deque(maxlen=kept)
        self._sms_by_key: dict[str, tuple[str, bytes]] = {}
        self._read_back(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("a", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add_email(self, sender: str, to: str, subject: str, body: str, reference: str) -> Message:
        """Record an e-mail."""
        return self._record(Channel.EMAIL, sender, to, subject, body, reference)

    def add_sms(self, sender: str, to: str, text: str, key: str) -> str:
        """Record an SMS once for each idempotency key, and give the id that the message has."""
        digest = _digest(to, text)
        if key and key in self._sms_by_key:
            message_id, known = self._sms_by_key[key]
            if known != digest:
                raise KeyReused(key)
            return message_id
        return self._record(Channel.SMS, sender, to, "", text, key).message_id

    def latest(self, limit: int, channel: Channel | None = None, query: str = "") -> list[Message]:
        """The newest messages first, of one channel if asked, with the words in address, subject or body if asked."""
        needle = query.strip().casefold()
        found: list[Message] = []
        for message in reversed(self._latest):
            if len(found) >= limit:
                break
            if (channel is None or message.channel is channel) and (not needle or needle in _haystack(message)):
                found.append(message)
        return found

    def _record(self, channel: Channel, sender: str, to: str, subject: str, body: str, reference: str) -> Message:
        arrived_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        message = Message(uuid4().hex, arrived_at, channel, sender, to, subject, body, reference)
        self._file.write(json.dumps(asdict(message), ensure_ascii=False) + "\n")
        self._remember(message)
        return message

    def _remember(self, message: Message) -> None:
        self.counts[message.channel] += 1
        self._latest.append(message)
        if message.channel is Channel.SMS and message.reference:
            self._sms_by_key[message.reference] = (message.message_id, _digest(message.to, message.body))

    def _read_back(self, path: Path) -> None:
        """Remember what an earlier run recorded; a line that a crash cut short is closed and skipped."""
        if not path.exists():
            return
        whole_end = True
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                whole_end = line.endswith("\n")
                try:
                    fields = json.loads(line)
                    self._remember(Message(**fields | {"channel": Channel(fields["channel"])}))
                except (ValueError, KeyError, TypeError):
                    logger.warning("skipped an unreadable line of %s", path)
        if not whole_end:
            with path.open("a", encoding="utf-8") as output:
                output.write("\n")


def _digest(to: str, text: str) -> bytes:
    return hashlib.blake2b(f"{to}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _haystack(message: Message) -> str:
    return "\n".join((message.to, message.subject, message.body, message.reference)).casefold()
