"""`amends ledger export`, `trial-balance` and `statement`: the books, for accountants."""

import json
import sys
from contextlib import aclosing
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console

from amends.commands.ledger_periods import close_period
from amends.commands.ledger_verify import verify
from amends.ledger_connection import ended, with_ledger
from amends.ledger_reports import statement_table, statement_values, trial_balance_table, trial_balance_values
from services.eventing.database import Connection
from services.ledger import journal_store
from services.ledger.beancount_file import beancount_file
from services.ledger.booked import BookedTransaction, Dating, Selection
from services.ledger.loan_statement import statement as statement_of

books_app = typer.Typer(no_args_is_help=True, help="The books, for accountants.")


class ExportFormat(StrEnum):
    """Languages of accounting programs."""

    BEANCOUNT = "beancount"


def _instant(text: str) -> datetime:
    """A moment in ISO 8601; one without an offset is in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Leave out what counts later.")]
KnownAt = Annotated[
    datetime | None,
    typer.Option("--known-at", parser=_instant, metavar="ISO-8601", help="Leave out what was recorded later."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, amounts in minor units.")]


@books_app.command("export")
def export(
    export_format: Annotated[ExportFormat, typer.Option("--format", help="The language.")] = ExportFormat.BEANCOUNT,
    output: Annotated[Path | None, typer.Option(help="The file; standard output without it.")] = None,
    as_of: AsOf = None,
    loan: Annotated[str | None, typer.Option(help="Only the loan with this id.")] = None,
    borrower: Annotated[str | None, typer.Option(help="Only loans of this borrower.")] = None,
    compact: Annotated[bool, typer.Option(help="Sum the postings of each day and kind; names no loans.")] = False,
) -> None:
    """Write the journal for an accounting program, each transaction on the day it is booked."""
    selection = Selection(_day(as_of), Dating.BOOKED_ON, borrower_id=borrower, loan_id=loan)
    if output is None:
        with_ledger(lambda connection: _write(connection, selection, compact, sys.stdout))
        return
    unfinished = output.with_name(f"{output.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            with_ledger(lambda connection: _write(connection, selection, compact, file))
        unfinished.replace(output)
    except OSError as error:
        raise ended(f"cannot write {output}: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


@books_app.command("trial-balance")
def trial_balance(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    dated: Annotated[Dating, typer.Option(help="Which day of a transaction counts.")] = Dating.VALUE_DATE,
    as_json: AsJson = False,
) -> None:
    """Debits and credits of each account, by currency."""
    selection = Selection(_day(as_of), dated, known_at)
    turnovers = with_ledger(lambda connection: journal_store.trial_balance(connection, selection))
    if as_json:
        document = {"as_of": str(selection.as_of) if selection.as_of else None, "dated": dated.value}
        typer.echo(json.dumps({**document, **trial_balance_values(turnovers)}, indent=1))
    else:
        title = "Trial balance" + (f" as of {selection.as_of}" if selection.as_of else "")
        Console().print(trial_balance_table(turnovers, title))


@books_app.command("statement")
def statement(
    borrower: Annotated[str, typer.Argument(help="The borrower's id.")],
    loan: Annotated[str, typer.Argument(help="The loan's id.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Every transaction of a loan, and what the borrower owes after it."""
    selection = Selection(_day(as_of), known_at=known_at, borrower_id=borrower, loan_id=loan)
    transactions = with_ledger(lambda connection: _loan_transactions(connection, selection))
    if transactions is None:
        raise ended(f"loan {loan!r} of borrower {borrower!r} is not known")
    lines = statement_of(transactions)
    if as_json:
        document = {"borrower_id": borrower, "loan_id": loan, "lines": statement_values(lines)}
        typer.echo(json.dumps(document, indent=1))
    else:
        Console().print(statement_table(lines, f"Loan {loan} of borrower {borrower}"))


books_app.command("close-period")(close_period)
books_app.command("verify")(verify)


async def _write(connection: Connection, selection: Selection, compact: bool, file: TextIO) -> None:
    async with aclosing(beancount_file(connection, selection, compact)) as pieces:
        async for piece in pieces:
            try:
                file.write(piece)
            except OSError as error:
                raise ended(f"cannot write: {error.strerror}") from None


async def _loan_transactions(connection: Connection, selection: Selection) -> list[BookedTransaction] | None:
    """The transactions of one loan; none when the ledger does not have it."""
    if not await journal_store.loan_exists(connection, (selection.borrower_id or "", selection.loan_id or "")):
        return None
    return [one async for page in journal_store.transactions(connection, selection) for one in page]


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
