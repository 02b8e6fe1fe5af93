"""Topics: created by whoever deploys, never by a service on the way."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.registry import TOPICS
from services.eventing.settings import Settings


async def ensure_topics(settings: Settings) -> list[str]:
    """Create the contract's topics and their dead-letter topics where they lack. Returns the names created."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        wanted = [
            NewTopic(name, settings.topic_partitions, settings.topic_replication)
            for topic in TOPICS
            for name in (settings.topic(topic), settings.topic(topic) + ".dead-letters")
            if name not in existing
        ]
        if wanted:
            await admin.create_topics(wanted)
        return [topic.name for topic in wanted]
    finally:
        await admin.close()
