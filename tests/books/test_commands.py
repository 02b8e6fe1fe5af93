"""The accountant's commands on a real PostgreSQL."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amends.commands.ledger_books import books_app
from tests.books.beancount_reading import errors_of
from tests.books.scene import LedgerInProcess, bean_check, ledger_in_process
from tests.builders import loan_disbursed, payment_captured

LOAN = loan_disbursed()
CLOSED = date(2024, 2, 29)


@pytest.fixture(autouse=True)
async def scene(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LedgerInProcess]:
    monkeypatch.setenv("AMENDS_DATABASE_URL", fresh_database)
    async with ledger_in_process(fresh_database) as ledger:
        await ledger.tell(LOAN)
        await ledger.tell(payment_captured("payment-1", amount_minor=10_662))
        await ledger.complete(CLOSED)
        yield ledger


async def run(*arguments: str) -> Result:
    """A command, in a thread as it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, books_app, arguments, env={"COLUMNS": "160"})


async def test_the_export_is_a_file_that_bean_check_accepts(tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    result = await run("export", "--format", "beancount", "--output", str(file))
    assert result.exit_code == 0, result.output
    assert await bean_check(file) == (0, "")
    assert os.listdir(tmp_path) == ["books.beancount"]


async def test_the_export_goes_to_standard_output_without_a_file() -> None:
    whole, compact = await run("export"), await run("export", "--compact")
    assert "^loan-1" in whole.output
    assert "^loan-1" not in compact.output
    assert errors_of(whole.output) == errors_of(compact.output) == []


async def test_an_export_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    result = await run("export", "--output", str(tmp_path / "nowhere" / "books.beancount"))
    assert result.exit_code == 1
    assert "cannot write" in result.output


async def test_an_export_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "books.beancount"
    file.write_text("; last month's\n")
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert (await run("export", "--output", str(file))).exit_code == 1
    assert os.listdir(tmp_path) == ["books.beancount"]
    assert file.read_text() == "; last month's\n"


async def test_the_trial_balance_shows_that_debits_are_credits() -> None:
    result = await run("trial-balance")
    assert "debits = credits" in result.output
    assert "principal_receivable" in result.output


async def test_the_trial_balance_as_json_counts_minor_units() -> None:
    result = await run("trial-balance", "--as-of", "2024-01-31", "--json")
    balance = json.loads(result.output)
    assert balance["as_of"] == "2024-01-31"
    assert balance["totals"] == [{"currency": "EUR", "debits_minor": 120_000, "credits_minor": 120_000}]
    assert {one["account"]: one["balance_minor"] for one in balance["accounts"]} == {
        "cash": -120_000,
        "principal_receivable": 120_000,
    }


async def test_a_statement_runs_to_what_is_owed() -> None:
    result = await run("statement", "borrower-1", "loan-1", "--json")
    lines = json.loads(result.output)["lines"]
    assert lines[0]["kind"] == "disbursal"
    assert lines[-1]["balance"]["total_minor"] == 120_000 + 1_200 - 10_662
    table = await run("statement", "borrower-1", "loan-1", "--as-of", "2024-01-31")
    assert "1,200.00" in table.output
    assert "payment-1" not in table.output


async def test_what_was_recorded_later_can_be_left_out() -> None:
    result = await run("statement", "borrower-1", "loan-1", "--known-at", "2024-01-31T09:00:00+08:00", "--json")
    assert json.loads(result.output)["lines"] == []
    refused = await run("trial-balance", "--known-at", "yesterday")
    assert refused.exit_code == 2
    assert "yesterday" in refused.output


async def test_a_statement_of_an_unknown_loan_is_refused() -> None:
    result = await run("statement", "borrower-1", "loan-nobody-knows")
    assert (result.exit_code, result.output) == (1, "loan 'loan-nobody-knows' of borrower 'borrower-1' is not known\n")


async def test_a_period_is_closed_and_checked() -> None:
    assert (await run("close-period", "--check")).output == "no period is closed\n"
    closed = await run("close-period", "--through", "2024-02-29", "--actor", "ada")
    assert closed.exit_code == 0, closed.output
    assert closed.output.startswith("closed through 2024-02-29: ")
    assert "2024-02-29: unchanged" in (await run("close-period", "--check")).output


async def test_a_period_that_is_not_over_stays_open() -> None:
    result = await run("close-period", "--through", "2024-03-31")
    assert result.exit_code == 1
    assert "business date 2024-03-31" in result.output
    assert "completed through 2024-02-29 only" in result.output


async def test_a_check_that_finds_a_change_ends_with_code_1(scene: LedgerInProcess) -> None:
    await run("close-period", "--through", "2024-02-29")
    async with scene.connected() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("update posting set amount_minor = amount_minor + 1")
    result = await run("close-period", "--check")
    assert result.exit_code == 1
    assert "CHANGED" in result.output


@pytest.mark.parametrize("arguments", [(), ("--check", "--through", "2024-02-29")])
async def test_closing_and_checking_are_two_things(arguments: tuple[str, ...]) -> None:
    result = await run("close-period", *arguments)
    assert result.exit_code == 2
    assert "either --through or --check" in result.output


async def test_a_date_that_is_none_is_refused() -> None:
    result = await run("trial-balance", "--as-of", "2024-02-31")
    assert result.exit_code == 2
    assert "2024-02-31" in result.output


async def test_a_database_that_does_not_answer_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = await run("trial-balance")
    assert result.exit_code == 1
    assert result.output.startswith("database: ")
