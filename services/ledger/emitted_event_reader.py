"""Reading all events that the ledger has told: from Kafka, and from the outbox those still on their way."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.ledger import TOPIC
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.ledger.emitted_events import EmittedEvent, EmittedEvents

_RECORDS_AT_ONCE: Final = 10_000
_FETCH_BYTES: Final = 4 * 1024 * 1024
Offsets = dict[TopicPartition, int]


class EventsExpired(RuntimeError):
    """A partition no longer has its first records, so that its events cannot be counted."""

    def __init__(self, partition: TopicPartition, begins_at: int) -> None:
        super().__init__(
            f"{partition.topic}/{partition.partition} begins at offset {begins_at}: older events have expired,"
            " verify without them"
        )


class EmittedEventReader:
    """A consumer of `ledger.events`; what follows `known_ends` may be newer than a snapshot begun after them."""

    def __init__(self, settings: Settings, consumer: AIOKafkaConsumer, known_ends: Offsets) -> None:
        self._topic = settings.topic(TOPIC)
        self._consumer = consumer
        self._known_ends = known_ends

    async def read(self, connection: Connection, progress: Callable[[int, int], None]) -> EmittedEvents:
        """All events until now. Call it inside the snapshot that they are compared with.

        `progress` is told how many records of how many are read. Raises EventsExpired.
        """
        seen = EmittedEvents()
        for event in await _waiting_events(connection):
            seen.see(event)
        # An event that the snapshot no longer has in its outbox is on Kafka by now.
        ends = await self._consumer.end_offsets(list(self._known_ends))
        begins = await self._consumer.beginning_offsets(list(ends))
        for partition, begins_at in begins.items():
            if begins_at:
                raise EventsExpired(partition, begins_at)
        await self._read_until(ends, seen, progress)
        return seen

    async def _read_until(self, ends: Offsets, seen: EmittedEvents, progress: Callable[[int, int], None]) -> None:
        left = {partition for partition, end in ends.items() if end}
        self._consumer.assign(list(left))
        await self._consumer.seek_to_beginning()
        total = sum(ends.values())
        while left:
            for partition, records in (
                await self._consumer.getmany(timeout_ms=500, max_records=_RECORDS_AT_ONCE)
            ).items():
                for record in records:
                    if record.offset < ends[partition]:
                        seen.see(event_of(record), is_recent=record.offset >= self._known_ends[partition])
            progress(min(total, seen.events), total)
            left = {one for one in left if await self._consumer.position(one) < ends[one]}


@asynccontextmanager
async def emitted_event_reader(settings: Settings) -> AsyncIterator[EmittedEventReader]:
    """A reader that knows where the topic ends now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    try:
        await consumer.start()
        topic = settings.topic(TOPIC)
        partitions = [TopicPartition(topic, number) for number in range(settings.topic_partitions)]
        yield EmittedEventReader(settings, consumer, await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()


def event_of(record: ConsumerRecord) -> EmittedEvent:
    """What identifies the event in a record."""
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    return EmittedEvent(
        (record.key or b"").decode("utf-8", "replace"),
        headers.get("ce_id", ""),
        headers.get("ce_type", ""),
        headers.get("ce_subject", ""),
        int(headers.get("ce_sequence", "0")),
    )


async def _waiting_events(connection: Connection) -> list[EmittedEvent]:
    rows = await connection.fetch(
        "select key, event_id, event_type, subject, sequence from outbox where event_id is not null and topic = $1",
        TOPIC,
    )
    return [EmittedEvent((row[0] or b"").decode(), *row[1:]) for row in rows]
