"""`amends ledger verify` on a real PostgreSQL: a book that is right, and one in which somebody changed a row."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from amends.commands.ledger_books import books_app
from tests.books.eventful_loans import NAMES, live_through_everything
from tests.books.scene import LedgerInProcess, eventful_book, ledger_in_process


@pytest.fixture
async def scene(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LedgerInProcess]:
    monkeypatch.setenv("AMENDS_DATABASE_URL", fresh_database)
    async with ledger_in_process(fresh_database) as ledger:
        yield ledger


async def run(*arguments: str) -> Result:
    """The command, in a thread as it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, books_app, ["verify", *arguments])


async def verified(*arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """What the command finds."""
    result = await run(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


async def change(scene: LedgerInProcess, *statements: str) -> None:
    """Change rows behind the ledger's back; the journal's refusal is put aside for it."""
    async with scene.connected() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)


async def test_a_book_in_which_everything_happened_is_as_its_replay(scene: LedgerInProcess) -> None:
    await live_through_everything(scene)
    found = await verified()
    assert found["differences"] == []
    assert (found["loans"], found["differing"]) == (len(NAMES), 0)
    assert found["other_facts"] == 14
    statuses = {row[0]: row[1] for row in await scene.pool.fetch("select loan_id, status::text from loan")}
    assert statuses["L-silent"] == statuses["L-lost"] == "written_off"
    assert statuses["L-overpaid"] == "settled"


async def test_a_book_of_many_currencies_is_as_its_replay(scene: LedgerInProcess) -> None:
    await eventful_book(scene, number_of_loans=30)
    result = await run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("30 loans, ")
    assert "all as a replay of the facts gives it" in result.stdout


async def test_a_book_between_two_closes_is_as_its_replay(scene: LedgerInProcess) -> None:
    await live_through_everything(scene)
    await change(scene, "update business_date set business_date = '2024-10-20'")
    assert (await verified())["differences"] == []


TAMPERED = [
    ("plain", "update instalment set principal_paid_minor = principal_paid_minor - 1 where {} and number = 2",
     "instalment 2 principal_paid_minor"),
    ("late", "update payment set interest_minor = interest_minor - 1, principal_minor = principal_minor + 1"
     " where {} and payment_id = 'late-4-20'", "payment late-4-20 interest_minor"),
    ("backdated", "update loan set principal_outstanding_minor = principal_outstanding_minor + 1 where {}",
     "loan principal_outstanding_minor"),
    ("silent", "update loan set status = 'active' where {}", "loan status"),
    ("overpaid", "update loan set credit_minor = credit_minor + 1 where {}", "loan credit_minor"),
    ("restructured", "update loan set open_instalments = open_instalments + 1 where {}", "loan open_instalments"),
    ("reversed", "update loan set transactions = transactions + 1 where {}", "transactions"),
    ("charged", "update posting set amount_minor = amount_minor + 1 where {} and number = 1",
     "journal disbursal L-charged"),
    ("waived", "delete from fact where {}", "journal waiver waiver-1"),
    ("undone", "update instalment set principal_minor = 5 where {} and number = 14",
     "instalment 14 principal_minor"),
    ("returned", "update posting set currency = 'EUR' where {} and number = 1", "currencies of postings"),
    ("moved", "delete from posting where {} and number = 2", "transactions without postings"),
    ("lost", "delete from instalment where {} and number = 6", "instalment 6"),
    ("paused", "delete from fact where {} and kind = 'penalties-stopped'", "journal penalty penalty-1"),
]  # fmt: skip


async def test_a_changed_row_of_any_kind_is_found_and_named(scene: LedgerInProcess) -> None:
    await live_through_everything(scene)
    await change(scene, *(
        statement.format(f"borrower_id = 'B-{name}' and loan_id = 'L-{name}'") for name, statement, _ in TAMPERED
    ))  # fmt: skip
    found = await verified(exit_code=1)
    named = {(one["loan_id"], one["what"]) for one in found["differences"]}
    assert {(f"L-{name}", what) for name, _, what in TAMPERED} <= named
    whole_book = {what for loan_id, what in named if not loan_id}
    assert {"balance of cash in CNY", "balance of cash in EUR"} <= whole_book
    told = await run("--loan", "B-plain", "L-plain")
    assert told.exit_code == 1
    assert told.stdout.startswith(
        "borrower B-plain loan L-plain: instalment 2 principal_paid_minor: booked 19700, right 19701\n"
    )


async def test_postings_of_a_loan_that_is_not_there_are_found(scene: LedgerInProcess) -> None:
    await eventful_book(scene, number_of_loans=3)
    await change(scene, "delete from loan where loan_id = 'loan:0'")
    found = await verified(exit_code=1)
    assert {one["loan_id"] for one in found["differences"]} == {""}
    assert "balance of cash in EUR" in {one["what"] for one in found["differences"]}


async def test_a_part_of_the_book_can_be_verified(scene: LedgerInProcess) -> None:
    await eventful_book(scene, number_of_loans=5)
    await change(scene, "update loan set credit_minor = credit_minor + 1 where loan_id = 'loan:4'")
    assert (await verified("--limit", "2"))["loans"] == 2
    assert (await verified("--loan", "borrower-0", "loan:1"))["loans"] == 1
    assert (await verified("--limit", "5", exit_code=1))["differing"] == 1


async def test_a_loan_that_is_not_known_is_a_message(scene: LedgerInProcess) -> None:
    result = await run("--loan", "B-1", "L-1")
    assert (result.exit_code, result.stderr) == (1, "loan 'L-1' of borrower 'B-1' is not known\n")
    assert (await run("--loan", "B-1", "L-1", "--limit", "3")).exit_code == 2


async def test_an_empty_book_is_right(scene: LedgerInProcess) -> None:
    assert (await run()).stdout.startswith("0 loans, 0 transactions, 0 payments, 0 other facts: all as a replay")
