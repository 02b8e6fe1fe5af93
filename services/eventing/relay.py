"""The relay: takes outbox rows to Kafka in order, at least once, one relay a service at a time.

An advisory lock elects it. Rows are deleted after Kafka has acknowledged them, so a relay that dies anywhere loses
nothing; what it had sent and not deleted goes out again with the same id.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from services.eventing import metrics, store
from services.eventing.clock import SystemClock
from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection, Pool
from services.eventing.envelope import wire_headers
from services.eventing.partitions import partition_of
from services.eventing.settings import ServiceName, Settings
from services.eventing.store import OutboxRow

log = structlog.get_logger(__name__)
_ROWS_AT_ONCE = 2000
_IDLE_SECONDS = 0.05
_SEND_DEADLINE_SECONDS = 30.0
_STANDBY_SECONDS = 1.0


class Relay:
    """Moves one service's outbox to Kafka."""

    def __init__(self, service: ServiceName, pool: Pool, settings: Settings) -> None:
        self._service = service
        self._pool = pool
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    async def start(self) -> None:
        """Begin to relay, or to stand by."""
        self._task = asyncio.create_task(self._run(), name="relay")

    def wake(self) -> None:
        """Rows were committed: look now rather than at the next poll."""
        self._wake.set()

    async def stop(self) -> None:
        """Finish the rows in hand."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._task, timeout=_SEND_DEADLINE_SECONDS)
        await self._drop_producer()

    async def _run(self) -> None:
        while not self._stopping:
            try:
                async with self._pool.acquire() as connection:
                    await self._lead(connection)
            except (*INFRASTRUCTURE_ERRORS, KafkaError) as error:
                log.warning("relay_retry", error=f"{type(error).__name__}: {error}")
                await self._drop_producer()
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("relay_failed")
                await self._drop_producer()
                await asyncio.sleep(2)

    async def _lead(self, connection: Connection) -> None:
        """Relay for as long as this connection holds the service's lock."""
        lock = f"amends-relay-{self._service}"
        while not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", lock):
            await asyncio.sleep(_STANDBY_SECONDS)
            if self._stopping:
                return
        try:
            await self._relay_rows(connection)
        finally:
            with suppress(Exception):
                await connection.execute("select pg_advisory_unlock(hashtext($1))", lock)

    async def _relay_rows(self, connection: Connection) -> None:
        while not self._stopping:
            rows = await store.next_outbox_rows(connection, _ROWS_AT_ONCE)
            if not rows:
                metrics.OUTBOX_AGE.set(0)
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
                continue
            metrics.OUTBOX_AGE.set(max(0.0, _age(rows[0])))
            await asyncio.wait_for(self._send(rows), _SEND_DEADLINE_SECONDS)
            await store.remove_outbox_rows(connection, [row.id for row in rows])

    async def _send(self, rows: Sequence[OutboxRow]) -> None:
        """Send rows in order within each partition and wait for every acknowledgement."""
        producer = await self._connected_producer()
        waiting: dict[TopicPartition, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            waiting[await self._target(producer, row)].append(row)
        await asyncio.gather(*(self._send_in_order(producer, target, queue) for target, queue in waiting.items()))
        for target, queue in waiting.items():
            metrics.EVENTS_OUT.labels(target.topic).inc(len(queue))

    async def _send_in_order(
        self, producer: AIOKafkaProducer, target: TopicPartition, rows: Sequence[OutboxRow]
    ) -> None:
        """A batch leaves only after the one before it is acknowledged, so that a failure cannot turn the order."""
        batch = producer.create_batch()
        for row in rows:
            headers = self._headers(row)
            if batch.append(key=row.key, value=row.value, timestamp=None, headers=headers) is not None:
                continue
            await (await producer.send_batch(batch, target.topic, partition=target.partition))
            batch = producer.create_batch()
            batch.append(key=row.key, value=row.value, timestamp=None, headers=headers)
        await (await producer.send_batch(batch, target.topic, partition=target.partition))

    def _headers(self, row: OutboxRow) -> list[tuple[str, bytes]]:
        if row.raw_headers is not None:
            return store.decode_headers(row.raw_headers)
        return wire_headers(
            event_id=row.event_id or "",
            event_type=row.event_type or "",
            source=f"/amends/{self._service}",
            subject=row.subject or "",
            time=row.written_at,
            sequence=row.sequence,
            traceparent=row.traceparent,
        )

    async def _target(self, producer: AIOKafkaProducer, row: OutboxRow) -> TopicPartition:
        topic = self._settings.topic(row.topic) if row.raw_headers is None else row.topic
        if topic not in self._partitions:
            self._partitions[topic] = len(await producer.partitions_for(topic))
        if row.partition is not None:
            return TopicPartition(topic, row.partition)
        return TopicPartition(topic, partition_of(row.key or b"", self._partitions[topic]))

    async def _connected_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka_bootstrap,
                acks="all",
                enable_idempotence=True,
                max_batch_size=512 * 1024,
                max_request_size=4 * 1024 * 1024,
                request_timeout_ms=15_000,
            )
            self._producer = producer
            await producer.start()
            self._partitions = {}
        return self._producer

    async def _drop_producer(self) -> None:
        """An idempotent producer can wedge on a sequence: the next attempt begins with a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), timeout=5)


def _age(row: OutboxRow) -> float:
    return (SystemClock().now() - row.written_at).total_seconds()
