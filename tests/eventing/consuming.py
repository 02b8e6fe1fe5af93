"""A consumer of payments in this process, on a real Kafka and with one partition."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from faststream.kafka import KafkaBroker

from amends.publishing import Publisher
from schemas import payments
from schemas.values import EventData
from services.eventing.batch import BatchHandler, Outcome
from services.eventing.consumer import BatchConsumer
from services.eventing.database import Connection, Pool
from services.eventing.envelope import ReceivedEvent
from services.eventing.settings import Settings
from services.eventing.topics import ensure_topics
from services.eventing.tracing import Tracing
from tests.builders import payment_captured, publication
from tests.eventing.partition import GROUP


class Noting:
    """A handler that notes which offsets took effect."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Note a batch."""
        self.offsets += [event.position.offset for event in events]
        return Outcome()


async def tell_payments(settings: Settings, number: int) -> None:
    """Make the topics, and put so many payments on theirs."""
    await ensure_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish([publication(payment_captured(f"payment-{index}")) for index in range(number)])


@asynccontextmanager
async def consuming(
    settings: Settings, pool: Pool, handler: BatchHandler, *middlewares: Any
) -> AsyncIterator[BatchConsumer]:
    """The consumer, with middlewares of FastStream's between it and Kafka; stopped in good order."""
    broker = KafkaBroker(settings.kafka_bootstrap, apply_types=False, logger=logging.getLogger("faststream"))
    topics = [settings.topic(payments.TOPIC)]
    consumer = BatchConsumer(broker, GROUP, topics, pool, handler, settings, Tracing(None))
    for middleware in middlewares:
        broker.add_middleware(middleware)
    await broker.start()
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
        await broker.stop()
