"""One partition of the ledger without Kafka: records are given to the batch processor directly."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from services.eventing import store
from services.eventing.batch import BatchProcessor, DeadLetterLimit
from services.eventing.database import Pool, migrate
from services.eventing.tracing import Tracing
from services.ledger.handlers import LedgerHandler

GROUP = "amends-ledger"
TABLES = ("posting", "journal_transaction", "payment", "fact", "instalment", "loan", "outbox", "consumer_position",
          "dead_letter_action", "dead_letter", "business_date", "business_date_completed")  # fmt: skip


@asynccontextmanager
async def ledger_pool(database_url: str) -> AsyncIterator[Pool]:
    """A pool on a migrated ledger's schema."""
    await migrate(database_url, "ledger")
    async with asyncpg.create_pool(
        database_url, min_size=1, max_size=1, server_settings={"search_path": "ledger", "synchronous_commit": "off"}
    ) as pool:
        yield pool


async def forget_everything(pool: Pool) -> None:
    """Empty all tables; the journal's own refusal is put aside for it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(f"truncate {', '.join(TABLES)} restart identity")


class LedgerPartitions:
    """Gives records to the ledger and keeps each partition's position, as its lanes do."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._processor = BatchProcessor(GROUP, pool, LedgerHandler("default"), Tracing(None))
        self._positions: dict[TopicPartition, int] = {}

    async def process(self, records: Sequence[ConsumerRecord], position: int | None = None) -> None:
        """Give a batch its effect; `position` is where a late consumer believes to stand. Raises StalePosition."""
        partition = TopicPartition(records[0].topic, records[0].partition)
        if partition not in self._positions:
            async with self._pool.acquire() as connection:
                self._positions |= await store.stored_positions(connection, GROUP, [partition])
        believed = self._positions[partition] if position is None else position
        limit = DeadLetterLimit(window_records=1000, share=0.2, minimum=50)
        self._positions[partition] = await self._processor.process(partition, records, believed, limit)
        assert self._positions[partition] == records[-1].offset + 1, "the handler failed, see the log"
