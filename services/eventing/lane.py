"""The lane of one partition: batches one after the other, in order, each tried until it took effect."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from services.eventing import metrics
from services.eventing.batch import BatchProcessor, DeadLetterLimit, DeadLetterLimitReached
from services.eventing.database import INFRASTRUCTURE_ERRORS
from services.eventing.store import StalePosition

log = structlog.get_logger(__name__)
_LONGEST_PAUSE_SECONDS = 5.0
_HALTED_PAUSE_SECONDS = 15.0
_RETRIES_OF_A_BLIP = 5


class Lane:
    """Works through one partition's records. `position` is the next offset to take effect.

    `may_start` is awaited before each batch: a lane can wait there for another topic to be caught up.
    """

    def __init__(
        self,
        partition: TopicPartition,
        position: int,
        processor: BatchProcessor,
        limit: DeadLetterLimit,
        batch_records: int,
        may_start: Callable[[], Awaitable[None]],
        on_stale: Callable[[TopicPartition], Awaitable[None]],
    ) -> None:
        self.partition = partition
        self.position = position
        self.halted = False
        self.retrying = False
        self.buffered: deque[ConsumerRecord] = deque()
        self._processor = processor
        self._limit = limit
        self._batch_records = batch_records
        self._may_start = may_start
        self._on_stale = on_stale
        self._wake = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=f"lane-{partition.topic}-{partition.partition}")

    def offer(self, records: list[ConsumerRecord]) -> None:
        """Take records from Kafka; what has taken effect already is dropped."""
        self.buffered.extend(record for record in records if record.offset >= self.position)
        self._wake.set()

    async def stop(self) -> None:
        """Finish the batch in hand, leave the rest to the next owner."""
        self._stopping = True
        self._wake.set()
        try:
            await asyncio.wait_for(asyncio.shield(self._task), timeout=20)
        except (TimeoutError, asyncio.CancelledError):
            self._task.cancel()
        self._set_halted(False)

    @property
    def failed(self) -> bool:
        """The lane's task ended although nobody stopped it."""
        return self._task.done() and not self._stopping

    async def _run(self) -> None:
        while not self._stopping:
            if not self.buffered:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._may_start()
            if self._stopping:
                return
            count = min(len(self.buffered), self._batch_records)
            records = [self.buffered.popleft() for _ in range(count)]
            if not await self._until_done(records):
                return

    async def _until_done(self, records: list[ConsumerRecord]) -> bool:
        """Try a batch until it took effect; False when the lane must end."""
        attempt = 0
        topic = self.partition.topic
        while not self._stopping:
            started = time.perf_counter()
            try:
                self.position = await self._processor.process(self.partition, records, self.position, self._limit)
            except StalePosition:
                log.warning("position_stale", topic=topic, partition=self.partition.partition)
                self._stopping = True
                await self._on_stale(self.partition)
                return False
            except DeadLetterLimitReached as error:
                self._set_halted(True)
                log.error("partition_halted", topic=topic, partition=self.partition.partition, reason=str(error))
                await self._pause(_HALTED_PAUSE_SECONDS)
            except INFRASTRUCTURE_ERRORS as error:
                attempt += 1
                self.retrying = attempt >= _RETRIES_OF_A_BLIP
                metrics.BATCH_RETRIES.labels(topic).inc()
                log.warning("batch_retry", topic=topic, partition=self.partition.partition, attempt=attempt,
                            error=f"{type(error).__name__}: {error}")  # fmt: skip
                pause = min(_LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(attempt, 10))
                await self._pause(pause * random.uniform(0.5, 1))
            else:
                self._set_halted(False)
                self.retrying = False
                attempt = 0
                done = [record for record in records if record.offset < self.position]
                _observe(topic, done, time.perf_counter() - started)
                records = records[len(done) :]
                if not records:
                    return True
        return False

    def _set_halted(self, halted: bool) -> None:
        if halted != self.halted:
            metrics.HALTED_PARTITIONS.inc(1 if halted else -1)
        self.halted = halted

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        deadline = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < deadline:
            await asyncio.sleep(min(0.2, seconds))


def _observe(topic: str, records: list[ConsumerRecord], seconds: float) -> None:
    now = time.time()
    metrics.EVENTS_IN.labels(topic).inc(len(records))
    metrics.BATCH_SECONDS.labels(topic).observe(seconds)
    metrics.BATCH_RECORDS.observe(len(records))
    metrics.EVENT_AGE.labels(topic).observe(max(0.0, now - records[0].timestamp / 1000))
    metrics.LAST_PROGRESS.set(now)
