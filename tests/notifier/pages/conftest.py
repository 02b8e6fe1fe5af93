"""The pages for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.notifier.pages.offers import offer_made
from tests.notifier.pages.scene import PageScene, page_scene, registered


@pytest.fixture
async def scene(fresh_database: str) -> AsyncIterator[PageScene]:
    """A borrower who is registered and was made an offer."""
    async with page_scene(fresh_database) as running:
        await running.take(registered(), offer_made())
        yield running
