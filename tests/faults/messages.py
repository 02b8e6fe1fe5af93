"""What must hold of the messages that reached the mail server and the SMS gateway, however often a sender died.

A mail server cannot be asked whether it has a message already, so one that was on its way when its sender died is never
handed over again: it is told as unknown, whether it arrived or not. The gateway knows a message by its key: that one is
handed over again, and kept once. So everything arrives once at most, and what is told as sent arrived.
"""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from amends.environment import environment_of
from deploy.embedded.mailbox import Channel, Message
from deploy.embedded.sink import MESSAGES_FILE
from deploy.embedded.stack import StackAddresses
from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection
from services.eventing.settings import Settings
from services.notifier.channels.mail_message import message_id
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.sending_settings import SendingSettings

SENDER_DOMAIN: Final = "lender.example"
_SECRET_OF_LINK: Final = re.compile(r"(/[ou])/[A-Za-z0-9_.~-]+")


@dataclass(frozen=True)
class Told:
    """What the notifier's tables say of one message; messages of one dispatch left as one."""

    notification_id: str
    status: str
    channel: str | None
    dispatch_id: str | None
    subject: str
    text: str

    @property
    def reference(self) -> str:
        """What the dispatch is called by who took it: a Message-ID, or an idempotency key."""
        key = self.dispatch_id or ""
        return message_id(key, SENDER_DOMAIN) if self.channel == "email" else key


@dataclass(frozen=True)
class Deaths:
    """The messages that were on their way when a sender was killed, and how often the database crashed."""

    found_leaving: Collection[str]
    database_crashes: int


def keys_of(addresses: StackAddresses) -> KeyRing:
    """The keys of the services of an embedded stack."""
    environment = environment_of(addresses)
    return KeyRing.parse(environment["AMENDS_NOTIFIER_CONTACT_KEYS"], environment["AMENDS_NOTIFIER_CONTACT_INDEX_KEY"])


def read_arrivals(stack_folder: Path) -> list[Message]:
    """Everything that the sink was given, in order of arrival."""
    lines = (stack_folder / "sink" / MESSAGES_FILE).read_text(encoding="utf-8").splitlines()
    return [Message(**fields | {"channel": Channel(fields["channel"])}) for fields in map(json.loads, lines)]


async def read_told(connection: Connection, keys: KeyRing) -> list[Told]:
    """The notifier's messages."""
    rows = await connection.fetch(
        "select borrower_id, notification_id, status, channel, dispatch_id, sealed from message order by 2"
    )
    told = []
    for row in rows:
        words = {} if row["sealed"] is None else json.loads(keys.open(row["borrower_id"], row["sealed"]))
        told.append(
            Told(row["notification_id"], row["status"], row["channel"], row["dispatch_id"],
                 words.get("subject", ""), words.get("text", ""))
        )  # fmt: skip
    return told


async def left_leaving(settings: Settings) -> list[str]:
    """Messages on their way, asked while no notifier runs; waits for a database that is away."""
    while True:
        try:
            connection = await asyncpg.connect(settings.database_url_of("notifier"), timeout=5)
            try:
                rows = await connection.fetch("select notification_id from notifier.message where status = 'leaving'")
                return [row[0] for row in rows]
            finally:
                await connection.close()
        except INFRASTRUCTURE_ERRORS:
            await asyncio.sleep(0.2)


def assert_one_reference_is_one_message(arrivals: Sequence[Message]) -> None:
    """The same Message-ID or idempotency key always came with the same words for the same address."""
    contents: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for one in arrivals:
        contents[one.reference].add((one.channel, one.sender, one.to, one.subject, one.body))
    assert "" not in contents
    assert {reference: told for reference, told in contents.items() if len(told) > 1} == {}


def assert_what_was_sent_arrived_as_recorded(told: Sequence[Told], arrivals: Sequence[Message]) -> None:
    """Each message recorded as sent arrived by that channel in those words; nothing arrived unasked for."""
    arrived = {one.reference: one for one in arrivals}
    sent = [one for one in told if one.status == "sent"]
    assert {one.channel for one in sent} == {"email", "sms"}
    for one in sent:
        arrival = arrived[one.reference]
        assert (_words(arrival.body), arrival.subject) == (_words(one.text), one.subject)
    assert arrived.keys() - {one.reference for one in told} == set()


def assert_nothing_came_twice(arrivals: Sequence[Message]) -> None:
    """No message arrived more often than once, whoever died."""
    times = Counter(one.reference for one in arrivals)
    assert {reference: count for reference, count in times.items() if count > 1} == {}


def assert_each_message_has_an_end(told: Sequence[Told]) -> None:
    """Nothing is still on its way, and nothing failed."""
    assert {one.status for one in told} <= {"sent", "unknown", "suppressed", "deferred"}


def assert_unknown_ends_are_accounted_for(told: Sequence[Told], deaths: Deaths) -> None:
    """Only what was on its way by mail at a death may have arrived or not.

    When the database crashes, what was just marked is not handed over, and nobody can tell that later.
    """
    unknown = {one.notification_id for one in told if one.status == "unknown"}
    assert {one.channel for one in told if one.status == "unknown"} <= {"email"}
    by_crash = unknown - set(deaths.found_leaving)
    assert len(by_crash) <= deaths.database_crashes * 2 * SendingSettings().sends_at_once


def _words(text: str) -> str:
    """A text without what transport changes, and without the secrets of links, which are not kept."""
    return _SECRET_OF_LINK.sub(r"\1/…", text.replace("\r\n", "\n")).strip()
