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


class PollLost(RuntimeError):
    """Records left Kafka's client and did not reach their lane: to go on would skip them."""

    def __init__(self, partition: TopicPartition, first_offset: int, cause: BaseException | None) -> None:
        what = f"{partition.topic}/{partition.partition}: records from offset {first_offset}"
        why = "no error" if cause is None else type(cause).__name__
        super().__init__(f"{what} got lost on the way from Kafka to their lane ({why})")


class Lane:
    """Works through one partition's records. `position` is the next offset to take effect.

    `on_end` is called when the lane ends though nobody stopped it; what it had in hand has taken effect or not, and
    whoever starts again at the stored position loses nothing.

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
        on_end: Callable[[], None],
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
        self._on_end = on_end
        self._offered_to = position
        self._lost: PollLost | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=f"lane-{partition.topic}-{partition.partition}")

    def offer(self, records: list[ConsumerRecord]) -> None:
        """Take records from Kafka, in order; what was offered before is dropped."""
        if self._lost is not None:
            return
        if records[0].offset < self._offered_to:
            records = [record for record in records if record.offset >= self._offered_to]
        elif records[0].offset > self._offered_to:
            self._note_gap(records[0].offset)
        if records:
            self._offered_to = records[-1].offset + 1
            self.buffered.extend(records)
            self._wake.set()

    def lose(self, first_offset: int, cause: BaseException | None) -> None:
        """Records from this offset on will never be offered: finish the batch in hand, take no more, and end."""
        self._lost = self._lost or PollLost(self.partition, first_offset, cause)
        self._wake.set()

    async def stop(self) -> None:
        """Finish the batch in hand, leave the rest to the next owner."""
        self._stopping = True
        self._wake.set()
        try:
            await asyncio.wait({self._task}, timeout=20)
        finally:
            self._task.cancel()
        self._set_halted(False)

    @property
    def stopping(self) -> bool:
        """Somebody asked it to stop."""
        return self._stopping

    @property
    def failed(self) -> bool:
        """The lane's task ended, or is about to, although nobody stopped it."""
        return (self._lost is not None or self._task.done()) and not self._stopping

    async def _run(self) -> None:
        try:
            await self._work()
        except Exception as error:
            log.exception("lane_ended", topic=self.partition.topic, partition=self.partition.partition,
                          error=str(error))  # fmt: skip
            self._on_end()

    async def _work(self) -> None:
        while not self._stopping:
            if self._lost is not None:
                raise self._lost
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

    def _note_gap(self, offset: int) -> None:
        """Kafka gave all it has and left offsets out. A poll that was lost instead is told by `lose`."""
        topic, number = self.partition.topic, self.partition.partition
        metrics.SKIPPED_OFFSETS.labels(topic).inc(offset - self._offered_to)
        log.warning("offsets_skipped", topic=topic, partition=number, first=self._offered_to, next=offset)

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
