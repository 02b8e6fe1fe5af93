"""Fixtures for every test: one real Kafka and PostgreSQL a session, a fresh database and topic names a test."""

import base64
import os
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from tests.real_pair import RealPair, real_servers

# Services do not start without keys for contact data.
os.environ.setdefault("AMENDS_NOTIFIER_CONTACT_KEYS", "test:" + base64.b64encode(bytes(32)).decode())
os.environ.setdefault("AMENDS_NOTIFIER_CONTACT_INDEX_KEY", base64.b64encode(bytes(range(32))).decode())
os.environ.setdefault("AMENDS_NOTIFIER_PAGE_KEY", "a key of the tests for the pages of borrowers")
os.environ.setdefault("AMENDS_NOTIFIER_PAGES_URL", "http://127.0.0.1:1")

# On a busy machine the first example of a property takes longer than hypothesis allows by itself.
settings.register_profile("everyday", deadline=None)
settings.register_profile(
    "nightly",
    deadline=None,
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("AMENDS_TEST_PROFILE", "everyday"))


_LONG = ("tests/faults/", "tests/end_to_end/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that none is left alone at the end while other workers are idle."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(scope="session")
def real_pair() -> Iterator[RealPair]:
    """Kafka's bootstrap address and the superuser's database address, shared by the session's tests."""
    with real_servers() as pair:
        yield pair


@pytest.fixture
async def fresh_database(real_pair: RealPair) -> AsyncIterator[str]:
    """The superuser's address of a new, empty database, which is dropped after the test."""
    name = f"test_{uuid4().hex[:12]}"
    await _execute(real_pair.database_url, f"create database {name}")
    try:
        yield urlunsplit(urlsplit(real_pair.database_url)._replace(path=f"/{name}"))
    finally:
        await _execute(real_pair.database_url, f"drop database if exists {name} with (force)")


@pytest.fixture
def topic_prefix() -> str:
    """A short prefix that no other test's topics and consumer groups have."""
    return f"t{uuid4().hex[:8]}."


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
