"""Connections of an HTTP API: a pool of its own, so that many requests never take those that events need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from services.eventing import database
from services.eventing.database import Connection, Pool
from services.eventing.measured_pool import MeasuredPool
from services.eventing.settings import ServiceName, Settings

_SLACK_SECONDS: Final = 5


async def open_api_pool(settings: Settings, service: ServiceName) -> Pool:
    """A pool whose statements PostgreSQL itself ends when they take too long."""
    milliseconds = str(int(settings.api_statement_timeout_seconds * 1000))
    return await MeasuredPool(
        settings.database_url_of(service),
        min_size=0,
        max_size=settings.api_pool_connections,
        command_timeout=settings.api_statement_timeout_seconds + _SLACK_SECONDS,
        timeout=10,
        server_settings={
            "search_path": service,
            "jit": "off",
            "application_name": f"amends-{service}-api",
            "plan_cache_mode": "force_custom_plan",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        },
    )


class ApiConnections:
    """Transactions for requests; a request that gets no connection in `wait_seconds` raises TimeoutError."""

    def __init__(self, pool: Pool, wait_seconds: float) -> None:
        self._pool = pool
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Every query of the block sees the same data, and none can change any."""
        async with (
            self._pool.acquire(timeout=self._wait_seconds) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """One transaction: all of the block, or nothing."""
        try:
            async with self._pool.acquire(timeout=self._wait_seconds) as connection, connection.transaction():
                yield connection
        except asyncpg.ReadOnlySQLTransactionError as error:
            await database.expire_if_read_only(self._pool, error)
            raise
