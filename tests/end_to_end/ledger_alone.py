"""The ledger as a process of its own on the session's Kafka, with one partition a topic."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from amends.commands.migrate import migrate_everything
from amends.demo.flow import until
from amends.processes import ServiceProcess, ServiceProcesses
from schemas.values import EventData
from services.eventing import store
from services.eventing.database import Connection
from services.eventing.settings import Settings
from tests.builders import headers_of
from tests.real_pair import RealPair

Headers = list[tuple[str, bytes]]
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class LedgerAlone:
    """The running ledger, its settings, and a connection to its schema."""

    settings: Settings
    connection: Connection
    service: ServiceProcess
    producer: AIOKafkaProducer

    async def tell(self, data: EventData, headers: Headers | None = None) -> int:
        """Publish an event; returns its offset."""
        given = headers_of(data) if headers is None else headers
        return await self.tell_raw(data.topic, data.key.encode(), data.model_dump_json().encode(), given)

    async def tell_raw(self, topic: str, key: bytes, value: bytes, headers: Headers) -> int:
        """Publish any bytes; returns the offset."""
        name = self.settings.topic(topic)
        sent = await self.producer.send_and_wait(name, value, key=key, headers=headers, partition=0)
        return int(sent.offset)

    async def until_read(self, topic: str, offset: int) -> None:
        """Wait until the record at an offset has had its effect and all that followed from it is on Kafka."""

        async def read() -> bool:
            positions = await store.group_positions(self.connection, "amends-ledger")
            rows, _ = await store.outbox_backlog(self.connection)
            return positions.get(TopicPartition(self.settings.topic(topic), 0), 0) > offset and rows == 0

        await until(read, PATIENCE_SECONDS)

    async def records_on(self, topic: str, at_least: int) -> Sequence[ConsumerRecord]:
        """The records of a topic, once there are so many."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap, group_id=None,
                                    auto_offset_reset="earliest")  # fmt: skip
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.settings.topic(topic), 0)])
            records: list[ConsumerRecord] = []
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(records) < at_least:
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        records += batch
            return records
        finally:
            await consumer.stop()


@asynccontextmanager
async def ledger_alone(
    pair: RealPair, database_url: str, topic_prefix: str, folder: Path, extra: Mapping[str, str] | None = None
) -> AsyncIterator[LedgerAlone]:
    """The ledger, ready; `extra` are further settings."""
    settings = Settings(kafka_bootstrap=pair.kafka_bootstrap, database_url=database_url, topic_prefix=topic_prefix,
                        topic_partitions=1, clock="events")  # fmt: skip
    await migrate_everything(settings)
    environment = {
        "AMENDS_KAFKA_BOOTSTRAP": pair.kafka_bootstrap,
        "AMENDS_DATABASE_URL": database_url,
        "AMENDS_TOPIC_PREFIX": topic_prefix,
        "AMENDS_TOPIC_PARTITIONS": "1",
        "AMENDS_CLOCK": "events",
        **(extra or {}),
    }
    services = ServiceProcesses(folder, environment)
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "ledger"})
    producer = AIOKafkaProducer(bootstrap_servers=pair.kafka_bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        service = services.start("ledger")
        await asyncio.to_thread(services.wait_ready, service)
        yield LedgerAlone(settings, connection, service, producer)
    finally:
        await producer.stop()
        await connection.close()
        await asyncio.to_thread(services.stop)
