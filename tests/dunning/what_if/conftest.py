"""A database for each test of what-if."""

import pytest

from services.eventing.database import migrate


@pytest.fixture
async def migrated_database(fresh_database: str) -> str:
    """The address of a database in which dunning has done nothing yet."""
    await migrate(fresh_database, "dunning")
    return fresh_database
