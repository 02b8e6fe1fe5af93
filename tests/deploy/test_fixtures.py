"""The shared fixtures give what they promise."""

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from amends.demo.flow import until
from tests.real_pair import RealPair


async def test_a_fresh_database_is_empty_and_its_own(fresh_database: str, real_pair: RealPair) -> None:
    assert fresh_database != real_pair.database_url
    connection = await asyncpg.connect(fresh_database)
    try:
        assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
        assert await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
    finally:
        await connection.close()


async def test_a_prefixed_topic_can_be_created(real_pair: RealPair, topic_prefix: str) -> None:
    topic = f"{topic_prefix}events"
    admin = AIOKafkaAdminClient(bootstrap_servers=real_pair.kafka_bootstrap)

    async def listed() -> bool:
        return topic in await admin.list_topics()

    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
        # The controller answers before the broker has applied the new metadata.
        await until(listed, 10)
    finally:
        await admin.close()
