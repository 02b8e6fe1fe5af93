"""Reminders due at once, through the notifier's queue, rules, templates and SMTP to a mail server that takes all."""

import asyncio
import base64
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psutil

from bench.reminder_words import DUE_ON, LENDER, LINKS, NOON, batches, borrower_id, contact, reminder
from services.eventing.clock import FixedClock
from services.eventing.database import Pool, migrate, open_pool
from services.eventing.settings import Settings
from services.notifier.borrowers.contact_store import RegisteredContact, save_contacts
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.channels.smtp_channel import SmtpChannel, SmtpServer
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.build import sender_of
from services.notifier.sending.queue_store import messages_by_status, queue
from services.notifier.sending.sender import Sender
from services.notifier.sending.sending_settings import SendingSettings
from services.notifier.settings import NotifierSettings
from services.notifier.words import SHIPPED
from services.notifier.words.word_settings import WordSettings

_FILLED_AT_ONCE: Final = 5_000
_CONNECTIONS: Final = 16
_IN_FLIGHT: Final = 128
_ZONE: Final = zone_named("America/New_York")
_KEY: Final = base64.b64encode(bytes(32)).decode()


@dataclass(frozen=True, slots=True)
class SentReminders:
    """Reminders that left, and what it took of the sender's process; memory in bytes, before and at its highest."""

    sent: int
    taken_by_server: int
    seconds: float
    cpu_seconds: float
    bytes_before: int
    peak_bytes: int


async def measure_reminders(database_url: str, count: int) -> SentReminders:
    """Queue `count` reminders, each for another borrower, and send them all."""
    await migrate(database_url, "notifier")
    pool = await open_pool(Settings(database_url=database_url), "notifier")
    keys = KeyRing.parse(f"bench:{_KEY}", _KEY)
    try:
        await _fill(pool, keys, count)
        async with _mail_server() as server:
            channel = SmtpChannel(
                SmtpServer("127.0.0.1", server.port, "none"), sender="Example <reminders@lender.example>",
                now=lambda: NOON, connections=_CONNECTIONS, messages_per_connection=10_000,
            )  # fmt: skip
            measured = await _send(pool, _sender(channel, keys), count)
            await channel.close()
        return SentReminders(measured.sent, server.taken, *measured.figures)
    finally:
        await pool.close()


@dataclass(slots=True)
class _Server:
    port: int
    taken: int = 0


@asynccontextmanager
async def _mail_server() -> AsyncIterator[_Server]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.smtp_sink", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    server = _Server(int(await process.stdout.readline()))
    try:
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        server.taken = int(await process.stdout.readline())
        await process.wait()


def _sender(channel: SmtpChannel, keys: KeyRing) -> Sender:
    own = NotifierSettings(contact_rules="US", sms_tells_debt=True, lender_name=LENDER.name)
    return sender_of(
        {"email": channel}, keys=keys, calendar=LenderCalendar("default", _ZONE, False, (_ZONE,)), links=LINKS,
        library=SHIPPED, clock=FixedClock(NOON), own=own, sending=SendingSettings(sends_at_once=_IN_FLIGHT),
        words=WordSettings(),
    )  # fmt: skip


async def _fill(pool: Pool, keys: KeyRing, count: int) -> None:
    for numbers in batches(count, _FILLED_AT_ONCE):
        contacts = [
            RegisteredContact(borrower_id(number), contact(number), _ZONE.key, (), (), None) for number in numbers
        ]
        async with pool.acquire() as connection, connection.transaction():
            await lock_borrowers(connection, [one.borrower_id for one in contacts])
            await save_contacts(connection, keys, contacts, NOON)
            await connection.copy_records_to_table(
                "loan_standing",
                columns=("borrower_id", "loan_id", "ledger_sequence", "oldest_unpaid_due_on", "settled"),
                records=[(borrower_id(number), f"loan-{number}", 1, DUE_ON, False) for number in numbers],
            )
            await queue(connection, [reminder(number) for number in numbers], at=NOON)
    await pool.execute("analyze")


@dataclass(frozen=True, slots=True)
class _Measured:
    sent: int
    figures: tuple[float, float, int, int]


async def _send(pool: Pool, sender: Sender, count: int) -> _Measured:
    process = psutil.Process()
    before, began = process.cpu_times(), time.perf_counter()
    bytes_before = peak = process.memory_info().rss
    async with pool.acquire() as connection:
        while await sender(connection):
            peak = max(peak, process.memory_info().rss)
        seconds = time.perf_counter() - began
        after = process.cpu_times()
        sent = (await messages_by_status(connection)).get(("sent", "email"), 0)
    cpu_seconds = after.user + after.system - before.user - before.system
    if sent != count:
        raise AssertionError(f"{sent:,} of {count:,} reminders were sent")
    return _Measured(sent, (seconds, cpu_seconds, bytes_before, peak))
