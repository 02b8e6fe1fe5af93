"""A poll that FastStream drops on its way to the lanes stops the consumer; the next one loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from faststream import BaseMiddleware

from services.eventing.settings import Settings
from tests.eventing.consuming import Noting, consuming, tell_payments
from tests.eventing.partition import ledger_pool
from tests.real_pair import RealPair

RECORDS = 60
PATIENCE_SECONDS = 30


class Failing(BaseMiddleware):
    """A part of FastStream that fails at every poll but the one with a partition's first record."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        """See FastStream."""
        if msg.raw_message[0].offset > 0:
            raise ZeroDivisionError("a bug on the way")
        return await call_next(msg)


async def test_a_lost_poll_stops_the_consumer_and_takes_effect_at_the_next_start(
    real_pair: RealPair, fresh_database: str, topic_prefix: str
) -> None:
    settings = Settings(kafka_bootstrap=real_pair.kafka_bootstrap, database_url=fresh_database, batch_records=5,
                        topic_prefix=topic_prefix, topic_partitions=1)  # fmt: skip
    await tell_payments(settings, RECORDS)
    noting = Noting()
    async with ledger_pool(fresh_database) as pool, asyncio.timeout(PATIENCE_SECONDS):
        async with consuming(settings, pool, noting, Failing) as consumer:
            await consumer.died.wait()
            assert not consumer.alive
        read_by_the_first = len(noting.offsets)
        async with consuming(settings, pool, noting):
            while RECORDS - 1 not in noting.offsets:
                await asyncio.sleep(0.05)
    assert read_by_the_first < RECORDS
    assert noting.offsets == list(range(RECORDS))
