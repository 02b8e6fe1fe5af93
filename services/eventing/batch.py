"""One batch of one partition: everything it does is one PostgreSQL transaction."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from schemas.values import EventData
from services.eventing import metrics, store
from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection, Pool
from services.eventing.envelope import InvalidRecord, OutgoingEvent, Reason, ReceivedEvent, read_record
from services.eventing.personal_data import NOT_SHOWN, error_text, may_be_shown, shown_message
from services.eventing.store import Rejection, StalePosition
from services.eventing.tracing import Tracing

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """What a handler decided: events to emit in order, and records that break a rule."""

    emitted: list[OutgoingEvent] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, event: ReceivedEvent[Any], code: str, field: str, value: object, message: str) -> None:
        """Send one event to the dead letters; a value that is personal data is not repeated."""
        told = str(value) if may_be_shown(event.event_type, field) else NOT_SHOWN
        said = shown_message(event.event_type, field, str(value), f"{field}: {message}")
        self.rejected.append(Rejection(event.record, Reason(code, field, told, said)))


class BatchHandler(Protocol):
    """A service's reaction to the events of one partition, inside the batch's transaction."""

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Load states, decide, write, and say what to emit."""
        ...


class DeadLetterLimitReached(RuntimeError):
    """Too large a share of a partition's recent records is bad: a person should look before it drains away."""

    def __init__(self, partition: TopicPartition, bad: int, window: int) -> None:
        super().__init__(f"{partition.topic}/{partition.partition}: {bad} of the last {window} records were refused")
        self.partition = partition


class DeadLetterLimit:
    """Counts refused records over a sliding window of one partition's records."""

    def __init__(self, window_records: int, share: float, minimum: int) -> None:
        self._window_records = window_records
        self._share = share
        self._minimum = minimum
        self._batches: deque[tuple[int, int]] = deque()

    def check(self, partition: TopicPartition, records: int, bad: int) -> None:
        """Raises DeadLetterLimitReached when this batch would take the window over the limit."""
        total_bad = bad + sum(b for _, b in self._batches)
        total = records + sum(n for n, _ in self._batches)
        if total_bad >= self._minimum and total_bad > self._share * total:
            raise DeadLetterLimitReached(partition, total_bad, total)

    def note(self, records: int, bad: int) -> None:
        """Remember a committed batch."""
        self._batches.append((records, bad))
        while len(self._batches) > 1 and sum(n for n, _ in self._batches) > self._window_records:
            self._batches.popleft()


class BatchProcessor:
    """Runs batches through a handler behind the position fence."""

    def __init__(self, group: str, pool: Pool, handler: BatchHandler, tracing: Tracing) -> None:
        self._group = group
        self._pool = pool
        self._handler = handler
        self._tracing = tracing

    async def process(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], position: int, limit: DeadLetterLimit
    ) -> int:
        """Give `records` their effect once and return the next offset.

        When the handler fails for a reason of its own, the first half is tried, and so on down to the record at fault,
        which is refused: the next offset then lies before the end of `records`.
        Raises StalePosition, DeadLetterLimitReached, or an infrastructure error; then nothing has happened.
        """
        try:
            return await self._transaction(partition, records, position, limit)
        except (StalePosition, DeadLetterLimitReached, *INFRASTRUCTURE_ERRORS):
            raise
        except Exception as error:
            log.exception("batch_failed", topic=partition.topic, partition=partition.partition,
                          offset=records[0].offset, records=len(records))  # fmt: skip
            failure = error_text(error)
        if len(records) > 1:
            return await self.process(partition, records[: len(records) // 2], position, limit)
        reason = Reason("handler-failed", "data", "", f"data: handler failed: {failure}")
        return await self._transaction(partition, records, position, limit, refuse_all=reason)

    async def _transaction(
        self,
        partition: TopicPartition,
        records: Sequence[ConsumerRecord],
        position: int,
        limit: DeadLetterLimit,
        refuse_all: Reason | None = None,
    ) -> int:
        events, rejected = _read(records, refuse_all)
        next_offset: int = records[-1].offset + 1
        async with self._pool.acquire() as connection, connection.transaction():
            await store.move_position(connection, self._group, partition, position, next_offset)
            with self._tracing.batch(f"{partition.topic} process", events):
                if events:
                    outcome = await self._handler(connection, events)
                    rejected += outcome.rejected
                    await store.write_outbox(connection, self._tracing.stamp(outcome.emitted))
            limit.check(partition, len(records), len(rejected))
            await store.write_dead_letters(connection, self._group, rejected)
        limit.note(len(records), len(rejected))
        for rejection in rejected:
            metrics.DEAD_LETTERS.labels(partition.topic, rejection.reason.code).inc()
        return next_offset


def _read(
    records: Sequence[ConsumerRecord], refuse_all: Reason | None
) -> tuple[list[ReceivedEvent[EventData]], list[Rejection]]:
    events: list[ReceivedEvent[EventData]] = []
    rejected: list[Rejection] = []
    if refuse_all is not None:
        return events, [Rejection(record, refuse_all) for record in records]
    for record in records:
        try:
            events.append(read_record(record))
        except InvalidRecord as error:
            rejected.append(Rejection(record, error.reason))
    return events, rejected
