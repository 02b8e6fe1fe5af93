"""The API for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.notifier_api.scene import NotifierApi, notifier_api


@pytest.fixture
async def api(fresh_database: str, tmp_path: Path) -> AsyncIterator[NotifierApi]:
    """The notifier's API over a new notifier with the rules of CN."""
    async with notifier_api(fresh_database, tmp_path) as running:
        yield running
