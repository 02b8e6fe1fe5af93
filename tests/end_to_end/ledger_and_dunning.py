"""Ledger and dunning as processes of their own on the session's Kafka, with one partition a topic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from amends.commands.migrate import migrate_everything
from amends.demo.flow import FlowWatch, until
from amends.demo.story import date_opened
from amends.processes import ServiceProcesses
from amends.publishing import Publication, Publisher
from schemas.values import EventData
from services.dunning import store as dunning_store
from services.eventing import store as eventing_store
from services.eventing.database import Connection
from services.eventing.settings import Settings
from tests.real_pair import RealPair

Data = TypeVar("Data", bound=EventData)
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class LedgerAndDunning:
    """The running services, and an operator's connections."""

    settings: Settings
    watch: FlowWatch
    publisher: Publisher

    @property
    def dunning(self) -> Connection:
        """A connection to dunning's schema."""
        return self.watch.connections["dunning"]

    async def tell(self, *told: EventData) -> None:
        """Publish events, and wait until both services have done with them."""
        await self.publisher.publish(
            [Publication(data, f"{data.event_type}|{data.subject}|{data.model_dump_json()}") for data in told]
        )
        await until(self._still, PATIENCE_SECONDS)

    async def open_day(self, day: date) -> None:
        """Open a business date, and wait until the ledger has closed it and dunning has looked."""
        await self.publisher.publish([date_opened(day)])

        async def looked() -> bool:
            if await self.watch.completed_date() != day or not await self._still():
                return False
            seen = await eventing_store.business_date_of(self.dunning, self.settings.calendar_id, 1)
            return seen == day and not await dunning_store.looks_due(self.dunning, day)

        await until(looked, PATIENCE_SECONDS)

    async def said(self, kind: type[Data]) -> list[Data]:
        """The events of one type that are on Kafka, in order."""
        name = self.settings.topic(kind.topic)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap, group_id=None, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            partition = TopicPartition(name, 0)
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            found: list[Data] = []
            while await consumer.position(partition) < end:
                records = (await consumer.getmany(timeout_ms=200)).get(partition, [])
                found += [
                    kind.model_validate_json(record.value)
                    for record in records
                    if dict(record.headers)["ce_type"].decode() == kind.event_type
                ]
            return found
        finally:
            await consumer.stop()

    async def _still(self) -> bool:
        return (await self.watch.on_its_way(("ledger", "dunning"))).total == 0


@asynccontextmanager
async def ledger_and_dunning(
    pair: RealPair, database_url: str, topic_prefix: str, folder: Path
) -> AsyncIterator[LedgerAndDunning]:
    """Both services, ready."""
    settings = Settings(kafka_bootstrap=pair.kafka_bootstrap, database_url=database_url, topic_prefix=topic_prefix,
                        topic_partitions=1, clock="events")  # fmt: skip
    await migrate_everything(settings)
    environment = {
        "AMENDS_KAFKA_BOOTSTRAP": pair.kafka_bootstrap,
        "AMENDS_DATABASE_URL": database_url,
        "AMENDS_TOPIC_PREFIX": topic_prefix,
        "AMENDS_TOPIC_PARTITIONS": "1",
        "AMENDS_CLOCK": "events",
    }
    services = ServiceProcesses(folder, environment)
    try:
        for service in (services.start("ledger"), services.start("dunning")):
            await asyncio.to_thread(services.wait_ready, service)
        async with FlowWatch(settings) as watch, Publisher(settings) as publisher:
            yield LedgerAndDunning(settings, watch, publisher)
    finally:
        await asyncio.to_thread(services.stop)
