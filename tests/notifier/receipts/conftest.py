"""A notifier on a fresh database, and its public addresses for providers."""

from collections.abc import AsyncIterator

import pytest

from tests.notifier.borrowers.telling import Notifier, notifier_pool
from tests.notifier.receipts.provider_calls import NO_DATABASE, ProviderCalls, provider_calls


@pytest.fixture
async def notifier(fresh_database: str) -> AsyncIterator[Notifier]:
    """A notifier that knows nobody."""
    async with notifier_pool(fresh_database) as pool:
        yield Notifier(pool)


@pytest.fixture
async def provider(notifier: Notifier) -> AsyncIterator[ProviderCalls]:
    """A provider that can call the notifier."""
    async with provider_calls(notifier.pool) as calls:
        yield calls


@pytest.fixture
async def stranger() -> AsyncIterator[ProviderCalls]:
    """Somebody whose calls are refused before anything is looked up: there is no database."""
    async with provider_calls(NO_DATABASE) as calls:
        yield calls
