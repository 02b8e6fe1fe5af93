"""Key rotation: everything sealed under an older key, or kept in plain, comes under the key that seals."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from services.eventing.clock import FixedClock
from services.eventing.database import Connection, migrate
from services.notifier.borrowers.contact_seal import open_contact
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sealing.rotation import Resealing
from services.notifier.sealing.rotation_store import values_by_key
from services.notifier.sealing.sealed_columns import SEALED_COLUMNS, SealedColumn

NOW: Final = datetime(2026, 3, 5, tzinfo=UTC)
MESSAGES: Final = next(one for one in SEALED_COLUMNS if one.table == "message")
CONTACTS: Final = next(one for one in SEALED_COLUMNS if one.table == "contact")


def ring(*ids: str) -> KeyRing:
    keys = (f"{one}:{base64.b64encode(one.encode() * 32)[:43].decode()}=" for one in ids)
    return KeyRing.parse(",".join(keys), base64.b64encode(bytes(32)).decode())


OLD = ring("a")
NEW = ring("b", "a")
ONLY_NEW = ring("b")


@pytest.fixture
async def connection(fresh_database: str) -> AsyncIterator[Connection]:
    await migrate(fresh_database, "notifier")
    connection = await asyncpg.connect(fresh_database, server_settings={"search_path": "notifier"})
    yield connection
    await connection.close()


async def send(connection: Connection, borrower_id: str, number: int, sealed: bytes | None, text: str | None) -> None:
    """A message that was sent, sealed or in plain."""
    await connection.execute(
        "insert into message (borrower_id, notification_id, reminder_id, loan_id, step_id, template, channels,"
        " currency, due_on, days_past_due, penalty_minor, fee_minor, interest_minor, principal_minor, status, sealed,"
        " subject, body, asked_at, next_attempt_at) values ($1, $2, $2, 'loan', 'step', 'overdue_soft', '{email}',"
        " 'EUR', '2026-03-01', 4, 0, 0, 0, 1, 'sent', $3, $4, $4, $5, $5)",
        borrower_id, f"N:{number}", sealed, text, NOW,
    )  # fmt: skip


async def sealed_texts(connection: Connection, keys: KeyRing, borrowers: int, each: int = 1) -> None:
    """So many borrowers' messages under the key that seals."""
    for number in range(borrowers):
        for message in range(each):
            borrower_id = f"borrower-{number}"
            await send(connection, borrower_id, message, keys.seal(borrower_id, b"text"), None)


async def worked_off(connection: Connection, step: Resealing) -> int:
    """How many steps there were until nothing was left to do."""
    steps = 0
    while await step(connection):
        steps += 1
    return steps


async def test_all_values_come_under_the_new_key_and_open(connection: Connection) -> None:
    await sealed_texts(connection, OLD, borrowers=7, each=3)
    await worked_off(connection, Resealing(NEW, FixedClock(NOW), borrowers_at_once=3))
    assert await values_by_key(connection, MESSAGES) == {"b": 21}
    rows = await connection.fetch("select borrower_id, sealed from message")
    assert {ONLY_NEW.open(row[0], row[1]) for row in rows} == {b"text"}


async def test_a_walk_goes_on_where_another_process_left_it(connection: Connection) -> None:
    await sealed_texts(connection, OLD, borrowers=6)
    columns = (MESSAGES,)
    first = Resealing(NEW, FixedClock(NOW), columns, borrowers_at_once=2)
    assert await first(connection)
    assert await values_by_key(connection, MESSAGES) == {"a": 4, "b": 2}
    steps = await worked_off(connection, Resealing(NEW, FixedClock(NOW), columns, borrowers_at_once=2))
    assert steps == 3
    assert await values_by_key(connection, MESSAGES) == {"b": 6}


async def test_what_was_walked_through_is_left_in_peace_for_a_day(connection: Connection) -> None:
    clock = FixedClock(NOW)
    step = Resealing(NEW, clock, (MESSAGES,))
    await worked_off(connection, step)
    await sealed_texts(connection, OLD, borrowers=1)
    assert await worked_off(connection, step) == 0
    clock.moment = NOW + timedelta(days=1)
    await worked_off(connection, step)
    assert await values_by_key(connection, MESSAGES) == {"b": 1}


async def test_another_key_begins_the_walk_anew(connection: Connection) -> None:
    await sealed_texts(connection, OLD, borrowers=2)
    await worked_off(connection, Resealing(OLD, FixedClock(NOW)))
    await worked_off(connection, Resealing(NEW, FixedClock(NOW)))
    assert await values_by_key(connection, MESSAGES) == {"b": 2}


async def test_a_value_that_does_not_open_is_left_and_the_others_are_resealed(connection: Connection) -> None:
    await sealed_texts(connection, ring("lost"), borrowers=1)
    await send(connection, "borrower-9", 1, OLD.seal("borrower-9", b"text"), None)
    await worked_off(connection, Resealing(NEW, FixedClock(NOW)))
    assert await values_by_key(connection, MESSAGES) == {"b": 1, "lost": 1}


async def test_a_text_in_plain_is_sealed(connection: Connection) -> None:
    await send(connection, "borrower-1", 1, None, "Dear Ada")
    await worked_off(connection, Resealing(NEW, FixedClock(NOW)))
    row = await connection.fetchrow("select subject, body, sealed from message")
    assert (row["subject"], row["body"]) == (None, None)
    assert json.loads(NEW.open("borrower-1", row["sealed"])) == {"subject": "Dear Ada", "text": "Dear Ada"}


async def test_a_contact_in_plain_is_sealed_and_can_be_found(connection: Connection) -> None:
    await connection.execute(
        "insert into contact (borrower_id, name, email, language) values ('borrower-1', 'Ada', 'ada@example.com', 'en')"
    )
    await worked_off(connection, Resealing(NEW, FixedClock(NOW)))
    row = await connection.fetchrow("select name, email, sealed, sealed_by, email_digest from contact")
    assert (row["name"], row["email"], row["sealed_by"]) == (None, None, "b")
    assert row["email_digest"] == NEW.digest("email", "ada@example.com")
    assert open_contact(NEW, "borrower-1", row["sealed"], "en").name == "Ada"


async def test_a_resealed_contact_names_its_new_key(connection: Connection) -> None:
    await connection.execute(
        "insert into contact (borrower_id, language, sealed, sealed_by) values ('borrower-1', 'en', $1, 'a')",
        OLD.seal("borrower-1", b"{}"),
    )
    await worked_off(connection, Resealing(NEW, FixedClock(NOW)))
    assert await connection.fetchval("select sealed_by from contact") == "b"
    assert await values_by_key(connection, CONTACTS) == {"b": 1}


@pytest.mark.parametrize("column", SEALED_COLUMNS, ids=lambda column: column.table)
async def test_a_registered_column_is_there_with_its_key(connection: Connection, column: SealedColumn) -> None:
    assert await values_by_key(connection, column) == {}
    key = await connection.fetch(
        "select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
        " and a.attnum = any(i.indkey) where i.indrelid = $1::text::regclass and i.indisprimary",
        column.table,
    )
    assert {row[0] for row in key} == set(column.key)


async def test_every_column_that_is_called_sealed_is_registered(connection: Connection) -> None:
    rows = await connection.fetch(
        "select table_name::text, column_name::text from information_schema.columns"
        " where table_schema = 'notifier' and data_type = 'bytea' and column_name like 'sealed%'"
    )
    assert {tuple(row) for row in rows} == {(one.table, one.column) for one in SEALED_COLUMNS}
