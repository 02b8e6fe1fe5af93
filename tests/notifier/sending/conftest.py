"""A post office on a fresh database."""

from collections.abc import AsyncIterator

import pytest

from tests.notifier.borrowers.telling import notifier_pool
from tests.notifier.sending.post_office import Counter, PostOffice


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[PostOffice]:
    """E-mail that honours no key, and SMS that does; nobody is known."""
    async with notifier_pool(fresh_database) as pool:
        yield PostOffice(pool, {"email": Counter("email"), "sms": Counter("sms", honours_key=True)})
