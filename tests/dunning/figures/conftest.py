"""A database of dunning's with nothing in it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.eventing.database import Connection, migrate


@pytest.fixture
async def dunning(fresh_database: str) -> AsyncIterator[Connection]:
    """A connection to dunning's schema in a database of its own."""
    await migrate(fresh_database, "dunning")
    connection = await asyncpg.connect(fresh_database, server_settings={"search_path": "dunning"})
    try:
        yield connection
    finally:
        await connection.close()
