"""Dead letters are looked at without personal data; whoever must see it says why and is recorded."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from typer.testing import CliRunner, Result

from amends.command_line import app
from schemas.lending import BorrowerRegistered
from services.eventing import dead_letters, store
from services.eventing.database import Connection
from services.eventing.dead_letters import Actor, DeadLetterNotFound, ReasonNeeded
from services.eventing.envelope import Reason
from services.eventing.store import Rejection
from tests.builders import record
from tests.eventing.partition import GROUP, ledger_pool

ADA = BorrowerRegistered(borrower_id="borrower-1", name="Ada Lovelace", email="ada@lovelace.example")
WHO = Actor("ops", "the lender asks what was wrong")


@pytest.fixture
async def connection(fresh_database: str) -> AsyncIterator[Connection]:
    """A ledger's schema in which one registration was refused, with its value in the reason."""
    async with ledger_pool(fresh_database) as pool, pool.acquire() as connection:
        reason = Reason("invalid-data", "name", "'Ada Lovelace'", "name: too long, got 'Ada Lovelace'")
        await store.write_dead_letters(connection, GROUP, [Rejection(record(ADA, 0), reason)])
        yield connection


async def commanded(database_url: str, *arguments: str) -> Result:
    """What `amends dead-letters` does on the ledger."""
    environment = {"AMENDS_DATABASE_URL": database_url}
    return await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", *arguments], env=environment)


async def actions(connection: Connection) -> list[tuple[str, str, str]]:
    """What was done with dead letters, by whom and why."""
    rows = await connection.fetch("select action, actor, note from dead_letter_action order by id")
    return [tuple(row) for row in rows]


async def test_a_look_shows_no_personal_data_and_is_not_recorded(connection: Connection) -> None:
    letter = await dead_letters.look(connection, 1)
    shown = f"{dead_letters.shown_reason(letter)} {dead_letters.shown_content(letter)}"
    assert "name: too long" in shown
    assert not [secret for secret in ("Ada", "lovelace") if secret in shown]
    assert await actions(connection) == []


async def test_who_sees_all_of_a_dead_letter_is_recorded_with_the_reason(connection: Connection) -> None:
    letter = await dead_letters.reveal(connection, 1, WHO)
    assert b"Ada Lovelace" in (letter.value or b"")
    assert await actions(connection) == [("reveal", "ops", "the lender asks what was wrong")]


async def test_nobody_sees_personal_data_without_saying_why(connection: Connection) -> None:
    with pytest.raises(ReasonNeeded):
        await dead_letters.reveal(connection, 1, Actor("ops", " "))
    assert await actions(connection) == []


async def test_a_dead_letter_that_is_not_there_is_not_revealed(connection: Connection) -> None:
    with pytest.raises(DeadLetterNotFound):
        await dead_letters.reveal(connection, 2, WHO)


async def test_erasing_takes_values_of_one_key_and_leaves_what_was_done(connection: Connection) -> None:
    await dead_letters.replay(connection, 1, WHO, ADA.model_dump_json().encode())
    assert await store.erase_dead_letters(connection, b"borrower-1", "ops", "the borrower asks for it") == 1
    assert await store.erase_dead_letters(connection, b"borrower-2", "ops", "the borrower asks for it") == 0
    row = await connection.fetchrow("select value, wrong_value, message, status from dead_letter")
    assert tuple(row) == (None, "", "invalid-data: erased", "replayed")
    assert await connection.fetchval("select count(*) from dead_letter_action where edited_value is not null") == 0
    assert [action for action, _, _ in await actions(connection)] == ["edit-and-replay", "erase"]


async def test_an_open_dead_letter_that_is_erased_is_discarded(connection: Connection) -> None:
    await store.erase_dead_letters(connection, b"borrower-1", "ops", "the borrower asks for it")
    assert (await dead_letters.look(connection, 1)).status == "discarded"


async def test_the_command_shows_personal_data_only_when_asked_with_a_reason(
    connection: Connection, fresh_database: str
) -> None:
    assert "Ada" not in (await commanded(fresh_database, "show", "1")).output
    refused = await commanded(fresh_database, "show", "1", "--reveal")
    assert (refused.exit_code, "Ada" in refused.output) == (1, False)
    revealed = await commanded(fresh_database, "show", "1", "--reveal", "--note", "asked", "--actor", "ops")
    assert "Ada Lovelace" in revealed.output
    assert await actions(connection) == [("reveal", "ops", "asked")]


async def test_the_command_erases_the_values_of_one_borrower(connection: Connection, fresh_database: str) -> None:
    done = await commanded(fresh_database, "erase", "borrower-1", "--note", "asked for", "--actor", "ops")
    assert "values of 1 dead letters are erased" in done.output
    assert await actions(connection) == [("erase", "ops", "asked for")]
