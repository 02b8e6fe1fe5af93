"""asyncpg's pool that tells how long each connection was waited for, connecting anew included."""

import time
from typing import Any

import asyncpg
from asyncpg.pool import PoolAcquireContext

from services.eventing import metrics


class MeasuredPool(asyncpg.Pool):
    """A pool as `asyncpg.create_pool` makes it."""

    def __init__(self, database_url: str, **options: Any) -> None:
        """`options` are those of `asyncpg.create_pool`; awaiting the pool connects it."""
        defaults = {
            "max_queries": 50_000,
            "max_inactive_connection_lifetime": 300.0,
            "loop": None,
            "connection_class": asyncpg.Connection,
            "record_class": asyncpg.Record,
        }
        super().__init__(database_url, **(defaults | options))

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        """A connection for the time of a block, or as long as it is kept if awaited."""
        return _MeasuredAcquire(self, timeout)


class _MeasuredAcquire(PoolAcquireContext):
    """One wait for a connection."""

    async def __aenter__(self) -> Any:
        began = time.perf_counter()
        connection = await super().__aenter__()
        metrics.CONNECTION_WAIT.observe(time.perf_counter() - began)
        return connection
