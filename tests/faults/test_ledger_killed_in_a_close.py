"""The ledger is killed in the middle of a close, twice: books and events end as those of an undisturbed close."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from amends.demo.flow import until
from amends.demo.story import date_opened
from amends.processes import ServiceProcesses
from amends.publishing import Publisher
from bench.loan_book import CLOSED_ON, DUE_IN_DAYS, make_book
from schemas import ledger as contract
from services.eventing import store as eventing_store
from services.eventing.database import Connection, migrate
from services.eventing.settings import Settings
from services.eventing.topics import ensure_topics
from services.ledger import store
from tests.real_pair import RealPair

LOANS = 4_000
DUE = 3_000
KILLED_AT_LEFT = (2_400, 900)
ENVIRONMENT = {
    "AMENDS_CLOCK": "events",
    "AMENDS_TOPIC_PARTITIONS": "1",
    "AMENDS_LEDGER_CLOSE_LOANS_AT_ONCE": "25",
}
# One under a fixed name need not wait until Kafka gives up on the process that was killed.
FIXED_INSTANCE = {"AMENDS_CONSUMER_INSTANCE": "the-only-one"}
RECORDING_TIMES = {"opened_at", "recorded_at"}


@dataclass(frozen=True)
class Book:
    """A ledger on the evening before a date on which 3,000 of its 4,000 loans have something due."""

    settings: Settings
    services: ServiceProcesses
    connection: Connection

    async def start(self, instance: dict[str, str] | None = None) -> None:
        """Start the ledger and wait until it works."""
        await asyncio.to_thread(self.services.wait_ready, self.services.start("ledger", instance))

    async def left(self) -> int:
        """Loans still to close."""
        return await store.count_loans_to_close(self.connection, CLOSED_ON)

    async def is_closed(self) -> bool:
        """The date is completed and all is on Kafka."""
        completed = await store.completed_date(self.connection, "default")
        rows, _ = await eventing_store.outbox_backlog(self.connection)
        return completed == CLOSED_ON and rows == 0

    async def open_date(self) -> None:
        """Begin the date."""
        async with Publisher(self.settings) as publisher:
            await publisher.publish([date_opened(CLOSED_ON)])


@asynccontextmanager
async def book(pair: RealPair, folder: Path) -> AsyncIterator[Book]:
    """A book of its own, without a running ledger."""
    name = f"test_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(pair.database_url)
    await admin.execute(f"create database {name}")
    url = pair.database_url.rsplit("/", 1)[0] + f"/{name}"
    prefix = f"{name}."
    await migrate(url, "ledger")
    await make_book(url, LOANS, DUE * 1000 // LOANS)
    settings = Settings(kafka_bootstrap=pair.kafka_bootstrap, database_url=url, topic_prefix=prefix,
                        topic_partitions=1, clock="events")  # fmt: skip
    await ensure_topics(settings)
    own = {
        "AMENDS_KAFKA_BOOTSTRAP": pair.kafka_bootstrap,
        "AMENDS_DATABASE_URL": url,
        "AMENDS_TOPIC_PREFIX": prefix,
    }
    services = ServiceProcesses(folder / name, ENVIRONMENT | own)
    connection = await asyncpg.connect(url, server_settings={"search_path": "ledger"})
    try:
        yield Book(settings, services, connection)
    finally:
        await asyncio.to_thread(services.stop)
        await connection.close()
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


async def test_a_close_that_was_killed_ends_as_one_that_was_not(real_pair: RealPair, tmp_path: Path) -> None:
    async with book(real_pair, tmp_path) as undisturbed:
        await undisturbed.start()
        await undisturbed.open_date()
        await until(undisturbed.is_closed, 60)
        expected = await tables_of(undisturbed.connection), await events_of(undisturbed.settings)
    async with book(real_pair, tmp_path) as killed:
        await killed.start(FIXED_INSTANCE)
        await killed.open_date()
        for at_left in KILLED_AT_LEFT:
            while await killed.left() > at_left:
                await asyncio.sleep(0)
            killed.services.kill("ledger")
            assert 0 < await killed.left() <= at_left
            await killed.start(FIXED_INSTANCE)
        await until(killed.is_closed, 60)
        tables, events = await tables_of(killed.connection), await events_of(killed.settings)
    assert tables == expected[0]
    assert events == expected[1]
    assert len(events) == DUE + len(DUE_IN_DAYS) + 1


async def tables_of(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that the books say, but when it was recorded."""
    tables = {}
    for table in ("loan", "instalment", "journal_transaction", "posting"):
        rows = [
            tuple(value for name, value in row.items() if name not in RECORDING_TIMES)
            for row in await connection.fetch(f"select * from {table}")
        ]
        tables[table] = sorted(rows, key=str)
    return tables


async def events_of(settings: Settings) -> dict[str, tuple[bytes, bytes]]:
    """Keys and values of the ledger's events by id; the same id never tells two things."""
    partition = TopicPartition(settings.topic(contract.TOPIC), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, group_id=None,
                                auto_offset_reset="earliest")  # fmt: skip
    await consumer.start()
    try:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        events: dict[str, tuple[bytes, bytes]] = {}
        while await consumer.position(partition) < end:
            for record in (await consumer.getmany(timeout_ms=200)).get(partition, []):
                told = (record.key, record.value)
                assert events.setdefault(dict(record.headers)["ce_id"].decode(), told) == told
        return events
    finally:
        await consumer.stop()
