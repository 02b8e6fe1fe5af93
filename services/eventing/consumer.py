"""The batch consumer: FastStream subscribes and delivers, lanes process, PostgreSQL holds the positions.

FastStream hands over whole polls untouched; parsing, ordering, exactly-once effect and commits are done here.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from services.eventing import metrics, store
from services.eventing.batch import BatchHandler, BatchProcessor, DeadLetterLimit
from services.eventing.database import INFRASTRUCTURE_ERRORS, Pool
from services.eventing.lane import Lane
from services.eventing.poll_guard import Poll, PollGuard
from services.eventing.settings import Settings
from services.eventing.tracing import Tracing

log = structlog.get_logger(__name__)
_COMMIT_EVERY_SECONDS = 1.0
_LONGEST_PROCESSING_MILLISECONDS = 600_000


class BatchConsumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Consumes `topics` for one group. Earlier topics come first: a partition of a later topic waits until the same
    partition of every earlier one is read to its end, so that a loan is known before its payments."""

    def __init__(
        self,
        broker: KafkaBroker,
        group: str,
        topics: Sequence[str],
        pool: Pool,
        handler: BatchHandler,
        settings: Settings,
        tracing: Tracing,
    ) -> None:
        self._group = group
        self._topics = list(topics)
        self._pool = pool
        self._settings = settings
        self._processor = BatchProcessor(group, pool, handler, tracing)
        self._lanes: dict[TopicPartition, Lane] = {}
        self._committer: asyncio.Task[None] | None = None
        self.assigned = asyncio.Event()
        self.died = asyncio.Event()
        self._guard = PollGuard(broker, self._lose)
        self._subscriber = broker.subscriber(
            *topics,
            group_id=group,
            batch=True,
            max_records=settings.batch_records * 2,
            batch_timeout_ms=100,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            listener=self,
            parser=_hand_over,
            decoder=_as_it_came,
            group_instance_id=settings.consumer_instance,
            partition_assignment_strategy=(RangePartitionAssignor,),
            max_poll_interval_ms=_LONGEST_PROCESSING_MILLISECONDS,
            session_timeout_ms=10_000,
            fetch_max_wait_ms=200,
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )
        self._subscriber(self._deliver)

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscriber.consumer
        assert consumer is not None, "FastStream creates the consumer before it can assign"
        return consumer

    @property
    def alive(self) -> bool:
        """No lane has died."""
        return not self.died.is_set() and not any(lane.failed for lane in self._lanes.values())

    @property
    def healthy(self) -> bool:
        """No lane has died, is halted, or has been trying the same batch again and again."""
        return self.alive and not any(lane.halted or lane.retrying for lane in self._lanes.values())

    async def start(self) -> None:
        """Begin to commit to Kafka what PostgreSQL holds."""
        self._committer = asyncio.create_task(self._commit_regularly(), name=f"commit-{self._group}")

    async def stop(self) -> None:
        """Finish the batches in hand and commit."""
        if self._committer is not None:
            self._committer.cancel()
        await self._stop_lanes(list(self._lanes))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Seek to the stored positions: PostgreSQL, not Kafka, knows what took effect."""
        metrics.REBALANCES.inc()
        try:
            for partition, position in (await self._positions(sorted(assigned))).items():
                self._open_lane(partition, position)
        except Exception:
            self.died.set()  # the client logs what is raised here, and would read on without lanes
            raise
        log.info("partitions_assigned", group=self._group, partitions=len(assigned))
        self.assigned.set()

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finish the batches in hand before another consumer takes over."""
        await self._stop_lanes([partition for partition in revoked if partition in self._lanes])

    async def _positions(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        while True:
            try:
                async with self._pool.acquire() as connection:
                    return await store.stored_positions(connection, self._group, partitions)
            except INFRASTRUCTURE_ERRORS as error:
                log.warning("positions_retry", group=self._group, error=str(error))
                await asyncio.sleep(1)

    def _open_lane(self, partition: TopicPartition, position: int) -> None:
        self._consumer.seek(partition, position)
        self._guard.sought(partition)
        self._lanes[partition] = Lane(
            partition,
            position,
            self._processor,
            DeadLetterLimit(
                self._settings.dead_letter_window_records,
                self._settings.dead_letter_limit_share,
                self._settings.dead_letter_minimum,
            ),
            self._settings.batch_records,
            may_start=lambda: self._earlier_topics_read(partition),
            on_stale=self._reopen,
            on_end=self.died.set,
        )

    async def _reopen(self, partition: TopicPartition) -> None:
        """Another consumer moved the position: begin again where the database stands."""
        self._lanes.pop(partition, None)
        if partition in self._consumer.assignment():
            positions = await self._positions([partition])
            if partition in self._consumer.assignment():
                self._open_lane(partition, positions[partition])

    async def _earlier_topics_read(self, partition: TopicPartition) -> None:
        """Wait until all that stood on the earlier topics when this batch was taken up has had its effect."""
        for topic in self._topics[: self._topics.index(partition.topic)]:
            earlier = TopicPartition(topic, partition.partition)
            if earlier not in self._lanes:
                continue
            end = await self._end_offset(earlier)
            while (lane := self._lanes.get(earlier)) is not None and lane.position < end and self._works(partition):
                await asyncio.sleep(0.01)

    def _works(self, partition: TopicPartition) -> bool:
        lane = self._lanes.get(partition)
        return lane is not None and not lane.stopping

    async def _end_offset(self, partition: TopicPartition) -> int:
        """Where a partition ends now; the consumer's own high-water mark may be older than the batch in hand."""
        while self._works(partition):
            try:
                return int((await self._consumer.end_offsets([partition]))[partition])
            except KafkaError as error:
                log.info("end_offset_retry", topic=partition.topic, partition=partition.partition, error=str(error))
                await asyncio.sleep(0.2)
        return 0

    async def _deliver(self, records: Poll) -> None:
        """Give each partition's records to its lane."""
        for lane, group in self._by_lane(records):
            lane.offer(group)
        self._guard.handed_over()
        self._pause_full_lanes()

    def _lose(self, records: Poll, cause: BaseException | None) -> None:
        """End the lanes that a lost poll was for, rather than go on behind it."""
        for lane, group in self._by_lane(records):
            lane.lose(group[0].offset, cause)

    def _by_lane(self, records: Poll) -> Iterator[tuple[Lane, list[ConsumerRecord]]]:
        """A poll, which has each partition's records in one piece.

        Records of a partition that has no lane, or was given one since the poll, are left out: its opening sends the
        client to its position, and they come again.
        """
        for (topic, number), group in groupby(records, key=lambda record: (record.topic, record.partition)):
            partition = TopicPartition(topic, number)
            lane = self._lanes.get(partition)
            if lane is not None and self._guard.is_current(partition):
                yield lane, list(group)

    def _pause_full_lanes(self) -> None:
        """A lane with enough in hand is not fetched for, so memory stays bounded and the others go on."""
        assignment = self._consumer.assignment()
        paused = self._consumer.paused()
        for partition, lane in self._lanes.items():
            if partition not in assignment:
                continue
            full = len(lane.buffered) >= 3 * self._settings.batch_records
            if full and partition not in paused:
                self._consumer.pause(partition)
            elif partition in paused and len(lane.buffered) < self._settings.batch_records:
                self._consumer.resume(partition)

    async def _commit_regularly(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(0.02)
            ticks += 1
            if self._subscriber.consumer is None:
                continue
            self._pause_full_lanes()
            if ticks % int(_COMMIT_EVERY_SECONDS / 0.02) == 0:
                self._tell_lag()
                await self._commit(list(self._lanes))

    def _tell_lag(self) -> None:
        waiting = dict.fromkeys(self._topics, 0)
        for partition, lane in self._lanes.items():
            waiting[partition.topic] += len(lane.buffered)
            end = self._consumer.highwater(partition) if partition in self._consumer.assignment() else None
            if end is not None:
                lag = max(0, end - lane.position)
                metrics.CONSUMER_LAG.labels(partition.topic, partition.partition).set(lag)
        for topic, records in waiting.items():
            metrics.WAITING_RECORDS.labels(topic).set(records)

    async def _commit(self, partitions: Sequence[TopicPartition]) -> None:
        assignment = self._consumer.assignment()
        offsets = {
            partition: self._lanes[partition].position
            for partition in partitions
            if partition in assignment and self._lanes[partition].position > 0
        }
        if not offsets:
            return
        try:
            await self._consumer.commit(offsets)
        except KafkaError as error:
            log.info("commit_deferred", group=self._group, error=str(error))

    async def _stop_lanes(self, partitions: Sequence[TopicPartition]) -> None:
        await asyncio.gather(*(self._lanes[partition].stop() for partition in partitions))
        if self._subscriber.consumer is not None:
            await self._commit(partitions)
        for partition in partitions:
            self._lanes.pop(partition, None)
            metrics.CONSUMER_LAG.remove(partition.topic, partition.partition)  # whoever owns it next tells it
        if self._subscriber.consumer is not None:
            self._tell_lag()


async def _hand_over(records: Poll) -> KafkaMessage:
    """FastStream's message around a whole poll, without touching a record."""
    return KafkaMessage(body=b"", headers={}, raw_message=records, message_id="", consumer=FAKE_CONSUMER)


async def _as_it_came(message: KafkaMessage) -> Poll:
    records: Poll = message.raw_message
    return records
