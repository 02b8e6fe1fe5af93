"""Records that wait for their batch are counted; a consumer that gave its partitions up tells no lag of them."""

import asyncio
from collections.abc import Sequence

from prometheus_client import REGISTRY

from schemas import payments
from schemas.values import EventData
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.eventing.settings import Settings
from tests.eventing.consuming import consuming, tell_payments
from tests.eventing.partition import ledger_pool
from tests.real_pair import RealPair

RECORDS, BATCH_RECORDS = 12, 5
PATIENCE_SECONDS = 30


class Held:
    """A handler that goes on when it is let."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Hold a batch."""
        await self.may_go_on.wait()
        return Outcome()


async def test_what_waits_behind_a_slow_batch_is_counted_until_the_partition_is_given_up(
    real_pair: RealPair, fresh_database: str, topic_prefix: str
) -> None:
    settings = Settings(kafka_bootstrap=real_pair.kafka_bootstrap, database_url=fresh_database,
                        batch_records=BATCH_RECORDS, topic_prefix=topic_prefix, topic_partitions=1)  # fmt: skip
    await tell_payments(settings, RECORDS)
    topic, held = {"topic": settings.topic(payments.TOPIC)}, Held()
    async with ledger_pool(fresh_database) as pool, consuming(settings, pool, held):
        try:
            await _shows("amends_waiting_records", topic, RECORDS - BATCH_RECORDS)
            await _shows("amends_consumer_lag_records", topic | {"partition": "0"}, RECORDS)
        finally:
            held.may_go_on.set()
    assert REGISTRY.get_sample_value("amends_waiting_records", topic) == 0
    assert REGISTRY.get_sample_value("amends_consumer_lag_records", topic | {"partition": "0"}) is None


async def _shows(metric: str, labels: dict[str, str], value: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while REGISTRY.get_sample_value(metric, labels) != value:
            await asyncio.sleep(0.05)
