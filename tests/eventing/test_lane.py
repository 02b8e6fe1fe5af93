"""A lane takes each record once and in order, lives with offsets that Kafka leaves out, and never goes past a loss."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from aiokafka import ConsumerRecord, TopicPartition

from services.eventing import metrics
from services.eventing.batch import BatchProcessor, DeadLetterLimit
from services.eventing.lane import Lane
from tests.builders import payment_captured, record

PARTITION = TopicPartition(payment_captured().topic, 0)


class NotingProcessor:
    """Gives records their effect by noting their offsets."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    async def process(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], position: int, limit: DeadLetterLimit
    ) -> int:
        """Note a batch."""
        self.offsets += [one.offset for one in records]
        return int(records[-1].offset) + 1


def records_at(*offsets: int) -> list[ConsumerRecord]:
    return [record(payment_captured(), offset) for offset in offsets]


@asynccontextmanager
async def lane_at(position: int, processor: NotingProcessor) -> AsyncIterator[Lane]:
    async def at_once() -> None:
        return

    async def never(partition: TopicPartition) -> None:
        raise AssertionError(f"{partition} was never stale")

    limit = DeadLetterLimit(1000, 0.2, 50)
    lane = Lane(PARTITION, position, cast(BatchProcessor, processor), limit, 10, at_once, never, lambda: None)
    try:
        yield lane
    finally:
        await lane.stop()


async def settled() -> None:
    """Let the lane do what it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_records_offered_again_take_effect_once() -> None:
    processor = NotingProcessor()
    async with lane_at(5, processor) as lane:
        lane.offer(records_at(5, 6, 7))
        lane.offer(records_at(3, 4, 5, 6, 7, 8))
        await settled()
    assert processor.offsets == [5, 6, 7, 8]


async def test_offsets_that_kafka_leaves_out_are_passed_over_and_counted() -> None:
    processor = NotingProcessor()
    counter = metrics.SKIPPED_OFFSETS.labels(PARTITION.topic)
    before = counter._value.get()
    async with lane_at(5, processor) as lane:
        lane.offer(records_at(5, 6))
        lane.offer(records_at(9, 12))
        await settled()
        assert not lane.failed
    assert (processor.offsets, counter._value.get() - before) == ([5, 6, 9, 12], 2)


async def test_nothing_behind_a_loss_takes_effect() -> None:
    processor = NotingProcessor()
    async with lane_at(5, processor) as lane:
        lane.offer(records_at(5, 6))
        await settled()
        lane.lose(7, None)
        lane.offer(records_at(9, 10))
        await settled()
        assert (processor.offsets, lane.position, lane.failed) == ([5, 6], 7, True)
