"""The API for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dunning_api.scene import DunningApi, dunning_api


@pytest.fixture
async def api(fresh_database: str, tmp_path: Path) -> AsyncIterator[DunningApi]:
    """Dunning's API over a new dunning."""
    async with dunning_api(fresh_database, tmp_path) as running:
        yield running
