"""A sender on a real database, with channels that do as they are told."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from schemas.borrower_answers import OptedOut
from schemas.notifier import NotifierEventData
from schemas.registry import event_class
from services.eventing.clock import FixedClock
from services.eventing.database import Pool
from services.notifier.borrowers.wishes_store import opt_out
from services.notifier.channels.channel import Channel, ChannelError, Delivery, OutboundMessage
from services.notifier.pages.links import LinkMaker
from services.notifier.pages.page_settings import PageSettings
from services.notifier.sending.build import sender_of
from services.notifier.sending.message import MessageRequest
from services.notifier.sending.queue_store import NO_WINDOW, queue
from services.notifier.sending.sender import Sender
from services.notifier.sending.sending_settings import SendingSettings
from services.notifier.settings import NotifierSettings
from services.notifier.words import SHIPPED, TemplateLibrary
from services.notifier.words.word_settings import WordSettings
from tests.notifier.borrowers.telling import BY_THE_CLOCK, KEYS, NOON, Notifier, opened, registered

LINKS = LinkMaker.of(PageSettings(page_key=SecretStr("k" * 32), pages_url="https://pages.lender.example"))


class Counter:
    """A channel that keeps what it is given, and answers as it is told: by default it takes everything."""

    def __init__(self, name: str = "email", *, honours_key: bool = False) -> None:
        self.name = name
        self.honours_key = honours_key
        self.given: list[OutboundMessage] = []
        self.answers: list[ChannelError] = []
        self.opened = asyncio.Event()
        self.opened.set()
        self.reached = asyncio.Event()

    async def send(self, message: OutboundMessage) -> Delivery:
        """Take the message, once the counter is open."""
        self.given.append(message)
        self.reached.set()
        await self.opened.wait()
        if self.answers:
            raise self.answers.pop(0)
        return Delivery(f"{self.name}-{message.idempotency_key}", 1, 45_000, "CNY")

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class PostOffice:
    """A notifier with its sender. `channels` take the place of the counters; each may have
    `places` dispatches in flight."""

    pool: Pool
    counters: Mapping[str, Counter]
    channels: Mapping[str, Channel] | None = None
    places: int = 8
    rules: str = "CN"
    rules_files: tuple[Path, ...] = ()
    library: TemplateLibrary = SHIPPED
    links: LinkMaker = LINKS
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    notifier: Notifier = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.pool)
        self.sender = self.new_sender()

    def new_sender(self, **settings: Any) -> Sender:
        """A sender as a process that starts has one."""
        return sender_of(
            self.channels or self.counters, keys=KEYS, calendar=BY_THE_CLOCK, links=self.links, library=self.library,
            clock=self.clock, own=NotifierSettings(contact_rules=self.rules, contact_rules_files=self.rules_files),
            sending=SendingSettings(sends_at_once=self.places, **settings), words=WordSettings(),
            chance=random.Random(7),
        )  # fmt: skip

    async def ask(self, *requests: MessageRequest, window: timedelta = NO_WINDOW) -> int:
        """Queue messages at this moment."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await queue(connection, requests, at=self.clock.now(), digest_window=window)

    async def send(self, sender: Sender | None = None) -> None:
        """Let the sender work until it finds nothing more to do."""
        async with self.pool.acquire() as connection:
            while await (sender or self.sender)(connection):
                pass

    async def step(self, sender: Sender | None = None) -> None:
        """Let the sender do one step."""
        async with self.pool.acquire() as connection:
            await (sender or self.sender)(connection)

    async def opt_out(self, event: OptedOut) -> None:
        """The borrower wants no more messages."""
        async with self.pool.acquire() as connection, connection.transaction():
            await opt_out(connection, [event])

    async def messages(self) -> list[Mapping[str, Any]]:
        """The messages as they stand."""
        rows = await self.pool.fetch("select * from message order by notification_id")
        return [dict(row) for row in rows]

    async def statuses(self) -> list[str]:
        """The status of each message."""
        return [str(one["status"]) for one in await self.messages()]

    async def told(self) -> list[NotifierEventData]:
        """The events told, in order."""
        rows = await self.pool.fetch(
            "select event_type, value from outbox where event_type like '%notification%' order by id"
        )
        return [_read(row["event_type"], row["value"]) for row in rows]

    async def told_kinds(self) -> list[str]:
        """The kinds of events told, in order."""
        return [type(one).__name__ for one in await self.told()]

    async def contacts_counted(self) -> list[tuple[str, str | None]]:
        """Channel and loan of each contact that limits count."""
        rows = await self.pool.fetch("select channel, loan_id from contact_made order by made_at, contact_id")
        return [(row[0], row[1]) for row in rows]


def _read(event_type: str, value: bytes) -> NotifierEventData:
    data = event_class(event_type).model_validate_json(value)
    assert isinstance(data, NotifierEventData)
    return data


def archived(message: Mapping[str, Any]) -> Mapping[str, str]:
    """Subject and text as kept of a message."""
    return dict(json.loads(KEYS.open(message["borrower_id"], message["sealed"])))


def on_march(day: int, hour: int = 0) -> datetime:
    """An hour of a day of March 2026 in UTC."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def of_kind(events: Sequence[NotifierEventData], kind: type[NotifierEventData]) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


async def know_ada(office: PostOffice, *loans: str) -> None:
    """Ada has a mailbox and a telephone, and an unpaid instalment on each loan."""
    ada = registered(email="ada@example.com", phone="+8613800138000", time_zone="Asia/Shanghai")
    await office.notifier.take(ada, *(opened(loan) for loan in loans or ("loan-1",)))
