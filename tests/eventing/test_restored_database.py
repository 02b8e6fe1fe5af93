"""Kafka's idea of where a group stands does not count: a database restored from a backup is read up to from its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream import BaseMiddleware

from schemas import payments
from services.eventing.settings import Settings
from tests.eventing.consuming import Noting, consuming, tell_payments
from tests.eventing.partition import GROUP, ledger_pool
from tests.real_pair import RealPair

RECORDS, COMMITTED = 40, 30
PATIENCE_SECONDS = 30


class Slow(BaseMiddleware):
    """A passage through FastStream that takes a poll longer than partitions take to get their lanes."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        """See FastStream."""
        await asyncio.sleep(1)
        return await call_next(msg)


async def test_records_polled_before_the_stored_position_was_known_do_not_take_effect_out_of_order(
    real_pair: RealPair, fresh_database: str, topic_prefix: str
) -> None:
    settings = Settings(kafka_bootstrap=real_pair.kafka_bootstrap, database_url=fresh_database,
                        topic_prefix=topic_prefix, topic_partitions=1)  # fmt: skip
    await tell_payments(settings, RECORDS)
    await _commit_to_kafka(settings)
    noting = Noting()
    async with ledger_pool(fresh_database) as pool, asyncio.timeout(PATIENCE_SECONDS):
        the_only_connection = await pool.acquire()
        asyncio.get_running_loop().call_later(0.7, lambda: asyncio.ensure_future(pool.release(the_only_connection)))
        async with consuming(settings, pool, noting, Slow):
            while RECORDS - 1 not in noting.offsets:
                await asyncio.sleep(0.05)
    assert noting.offsets == list(range(RECORDS))


async def _commit_to_kafka(settings: Settings) -> None:
    partition = TopicPartition(settings.topic(payments.TOPIC), 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, group_id=GROUP, enable_auto_commit=False
    )  # fmt: skip
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.commit({partition: COMMITTED})
    finally:
        await consumer.stop()
