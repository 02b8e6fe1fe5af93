"""The API for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ledger_api.scene import LedgerApi, ledger_api


@pytest.fixture
async def api(fresh_database: str, tmp_path: Path) -> AsyncIterator[LedgerApi]:
    """The ledger's API over a new ledger."""
    async with ledger_api(fresh_database, tmp_path) as running:
        yield running
