"""One record that makes a handler fail costs a few batches, and only that record."""

from collections.abc import Sequence

import asyncpg
from aiokafka import TopicPartition

from schemas.values import EventData
from services.eventing import store
from services.eventing.batch import BatchProcessor, DeadLetterLimit, Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.eventing.tracing import Tracing
from tests.builders import payment_captured, record
from tests.eventing.partition import GROUP, ledger_pool

POISON_OFFSET = 200
RECORDS = 256
MOST_BATCHES = 40


async def test_the_record_at_fault_is_found_by_halving_and_refused_alone(fresh_database: str) -> None:
    calls = 0

    async def handler(connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        nonlocal calls
        calls += 1
        if any(event.position.offset == POISON_OFFSET for event in events):
            raise ZeroDivisionError("a bug")
        return Outcome()

    records = [record(payment_captured(f"P-{offset}"), offset) for offset in range(RECORDS)]
    partition, position = TopicPartition(records[0].topic, records[0].partition), 0
    async with ledger_pool(fresh_database) as pool:
        async with pool.acquire() as connection:
            await store.stored_positions(connection, GROUP, [partition])
        processor = BatchProcessor(GROUP, pool, handler, Tracing(None))
        while position < RECORDS:
            position = await processor.process(partition, records[position:], position, DeadLetterLimit(1000, 0.2, 50))
        refused: list[asyncpg.Record] = await pool.fetch("select record_offset, code from dead_letter")
    assert [tuple(row) for row in refused] == [(POISON_OFFSET, "handler-failed")]
    assert calls < MOST_BATCHES
