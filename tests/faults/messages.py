"""What must hold of the messages that reached the mail server and the SMS gateway, however often a sender died.

A mail server cannot be asked whether it has a message already: one taken by it and not yet recorded when the sender
dies goes out again. So a message arrives once, and once more at most for each death that found it on its way.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.embedded.mailbox import Channel, Message
from deploy.embedded.sink import MESSAGES_FILE
from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection
from services.eventing.settings import Settings
from services.notifier.smtp_channel import message_id

SENDER_DOMAIN = "lender.example"


@dataclass(frozen=True)
class Told:
    """What the notifier's tables say of one message; `attempts` counts how often it was taken up to be sent."""

    notification_id: str
    status: str
    attempts: int
    channel: str | None
    subject: str | None
    body: str | None


@dataclass(frozen=True)
class Deaths:
    """How often each message was on its way when its sender was killed, and how often the database crashed."""

    found_sending: Mapping[str, int]
    database_crashes: int


def read_arrivals(stack_folder: Path) -> list[Message]:
    """Everything that the sink was given, in order of arrival."""
    lines = (stack_folder / "sink" / MESSAGES_FILE).read_text(encoding="utf-8").splitlines()
    return [Message(**fields | {"channel": Channel(fields["channel"])}) for fields in map(json.loads, lines)]


async def read_told(connection: Connection) -> list[Told]:
    """The notifier's messages."""
    rows = await connection.fetch(
        "select notification_id, status::text, attempts, channel, subject, body from message order by 1"
    )
    return [Told(*row) for row in rows]


async def left_as_sending(settings: Settings) -> list[str]:
    """Messages on their way, asked while no notifier runs; waits for a database that is away."""
    while True:
        try:
            connection = await asyncpg.connect(settings.database_url_of("notifier"), timeout=5)
            try:
                rows = await connection.fetch("select notification_id from notifier.message where status = 'sending'")
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
        arrival = arrived[reference(one, one.channel or "")]
        assert (arrival.body, arrival.subject) == (_body(one), one.subject if one.channel == "email" else "")
    asked_for = {reference(one, channel) for one in told for channel in ("email", "sms")}
    assert arrived.keys() - asked_for == set()


def assert_repeats_are_accounted_for(told: Sequence[Told], arrivals: Sequence[Message], deaths: Deaths) -> None:
    """No message arrived more often than it was taken up, nor than once and once more for each death on its way."""
    count = Counter(one.reference for one in arrivals)
    for one in told:
        arrived = sum(count[reference(one, channel)] for channel in ("email", "sms"))
        ended_by_sending = 1 if one.status == "sent" else 0
        interruptions = deaths.found_sending.get(one.notification_id, 0) + deaths.database_crashes
        assert ended_by_sending <= arrived <= ended_by_sending + min(max(0, one.attempts - 1), interruptions), one


def reference(told: Told, channel: str) -> str:
    """What a message is called on a channel: its Message-ID or its idempotency key."""
    if channel == "email":
        return message_id(told.notification_id, SENDER_DOMAIN)
    return f"{told.notification_id}:{channel}"


def _body(told: Told) -> str:
    return (told.body or "").replace("\r\n", "\n").strip() if told.channel == "email" else told.body or ""
