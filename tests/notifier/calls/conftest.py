"""A notifier on a fresh database."""

from collections.abc import AsyncIterator

import pytest

from tests.notifier.borrowers.telling import Notifier, notifier_pool


@pytest.fixture
async def notifier(fresh_database: str) -> AsyncIterator[Notifier]:
    """A notifier that knows nobody."""
    async with notifier_pool(fresh_database) as pool:
        yield Notifier(pool)
