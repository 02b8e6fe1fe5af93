"""What Kafka does with the same bytes and nothing else."""

import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer

from amends.publishing import Publication, Publisher
from services.eventing.settings import Settings

_AT_ONCE = 5000


async def produce(settings: Settings, publications: Sequence[Publication]) -> float:
    """Publish and wait for every acknowledgement; returns events a second."""
    async with Publisher(settings) as publisher:
        started = time.perf_counter()
        for start in range(0, len(publications), _AT_ONCE):
            await publisher.publish(publications[start : start + _AT_ONCE])
        return len(publications) / (time.perf_counter() - started)


async def consume(settings: Settings, topic: str, events: int) -> float:
    """Read a topic from its beginning without decoding; returns events a second."""
    consumer = AIOKafkaConsumer(
        settings.topic(topic), bootstrap_servers=settings.kafka_bootstrap, group_id=None, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        started = time.perf_counter()
        seen = 0
        while seen < events:
            seen += sum(map(len, (await consumer.getmany(timeout_ms=1000, max_records=2000)).values()))
        return seen / (time.perf_counter() - started)
    finally:
        await consumer.stop()
