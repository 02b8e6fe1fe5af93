"""Contact data kept in plain, as before there were keys: usable at once, and sealed bit by bit."""

import pytest

from services.notifier.borrowers.contact_seal import name_digest
from services.notifier.borrowers.contact_store import seal_plain_rows
from tests.notifier.borrowers.telling import KEYS, Notifier, registered


@pytest.fixture
async def plain(notifier: Notifier) -> Notifier:
    """A notifier with three borrowers in plain."""
    await notifier.pool.executemany(
        "insert into contact (borrower_id, name, email, phone, language, time_zone)"
        " values ($1, 'Ada Example', 'ada@example.com', '+12025550143', 'en', 'Europe/Paris')",
        [("borrower-1",), ("borrower-2",), ("borrower-3",)],
    )
    return notifier


async def test_a_borrower_in_plain_is_known(plain: Notifier) -> None:
    contact = (await plain.known()).contact
    assert contact is not None
    assert (contact.name, contact.email, contact.phone) == ("Ada Example", "ada@example.com", "+12025550143")


async def test_plain_rows_are_sealed_so_many_at_a_time(plain: Notifier) -> None:
    assert [await seal_plain_rows(plain.pool, KEYS, 2) for _ in range(3)] == [2, 1, 0]


async def test_a_sealed_row_says_what_the_plain_one_said(plain: Notifier) -> None:
    await seal_plain_rows(plain.pool, KEYS, 10)
    contact = (await plain.known()).contact
    assert contact is not None
    assert (contact.name, contact.email, contact.phone) == ("Ada Example", "ada@example.com", "+12025550143")


async def test_nothing_is_left_in_plain(plain: Notifier) -> None:
    await seal_plain_rows(plain.pool, KEYS, 10)
    assert "Ada" not in str(await plain.pool.fetch("select * from contact"))


async def test_a_row_sealed_afterwards_is_found_and_has_the_zones_of_its_number(plain: Notifier) -> None:
    await seal_plain_rows(plain.pool, KEYS, 10)
    found = await plain.pool.fetchval(
        "select count(*) from contact where name_digest = $1", name_digest(KEYS, "ada example")
    )
    assert found == 3
    assert [zone.key for zone in (await plain.known()).zones] == ["Europe/Paris", "America/New_York"]


async def test_a_row_that_somebody_else_changes_is_sealed_later(plain: Notifier) -> None:
    async with plain.pool.acquire() as other, other.transaction():
        await other.execute("select from contact where borrower_id = 'borrower-1' for update")
        assert await seal_plain_rows(plain.pool, KEYS, 10) == 2
    assert await seal_plain_rows(plain.pool, KEYS, 10) == 1


async def test_a_new_registration_seals_a_plain_row(plain: Notifier) -> None:
    await plain.take(registered(email="new@example.com"))
    assert await plain.pool.fetchval("select name is null from contact where borrower_id = 'borrower-1'")
