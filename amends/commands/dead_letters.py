"""`amends dead-letters`: inspect, replay or discard records that were refused."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from services.eventing import dead_letters, store
from services.eventing.database import Connection
from services.eventing.dead_letters import Actor, DeadLetterClosed, DeadLetterNotFound, ReasonNeeded
from services.eventing.settings import Settings

dead_letters_app = typer.Typer(no_args_is_help=True, help="Inspect, replay or discard records that were refused.")
Result = TypeVar("Result")


class Service(StrEnum):
    """Whose dead letters."""

    LEDGER = "ledger"
    DUNNING = "dunning"
    NOTIFIER = "notifier"


class Status(StrEnum):
    """Which dead letters to list."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    ALL = "all"


ServiceOption = Annotated[Service, typer.Option("--service", help="Whose dead letters.")]
Identity = Annotated[int, typer.Argument(help="Number of the dead letter.")]
Note = Annotated[str, typer.Option(help="Why; kept in the audit.")]
ActorName = Annotated[str, typer.Option("--actor", help="In whose name; the system user without it.")]


@dead_letters_app.command("list")
def list_letters(
    service: ServiceOption = Service.LEDGER,
    status: Annotated[Status, typer.Option(help="Only those of one status, or all.")] = Status.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
) -> None:
    """List dead letters, the newest first. Personal data is not shown."""
    wanted = None if status is Status.ALL else status.value
    letters = _with_connection(service, lambda connection: store.list_dead_letters(connection, wanted, limit))
    table = Table("number", "where", "type", "code", "reason", "status")
    for letter in letters:
        at = letter.position
        table.add_row(str(letter.id), f"{at.topic}/{at.partition}@{at.offset}", letter.event_type or "?",
                      letter.reason.code, dead_letters.shown_reason(letter), letter.status)  # fmt: skip
    Console().print(table)


@dead_letters_app.command("show")
def show(
    identity: Identity,
    service: ServiceOption = Service.LEDGER,
    is_revealed: Annotated[
        bool, typer.Option("--reveal", help="Show personal data too; needs --note, and is recorded.")
    ] = False,
    note: Note = "",
    actor: ActorName = "",
) -> None:
    """Show one dead letter whole: reason, headers and value. Personal data is only shown with --reveal."""
    if is_revealed:
        who = Actor(actor or getpass.getuser(), note)
        letter = _with_connection(service, lambda connection: dead_letters.reveal(connection, identity, who))
        reason, value = letter.reason.message, (letter.value or b"").decode("utf-8", "replace")
    else:
        letter = _with_connection(service, lambda connection: dead_letters.look(connection, identity))
        reason, value = dead_letters.shown_reason(letter), dead_letters.shown_content(letter)
    console = Console(highlight=False, markup=False)
    console.print(f"{letter.reason.code}: {reason}\nstatus: {letter.status}")
    for name, header in letter.headers:
        console.print(f"{name}: {header.decode('utf-8', 'replace')}")
    console.print(value)


@dead_letters_app.command("replay")
def replay(
    identity: Identity,
    service: ServiceOption = Service.LEDGER,
    edited: Annotated[Path | None, typer.Option("--edited", help="File with the corrected value.")] = None,
    note: Note = "",
    actor: ActorName = "",
) -> None:
    """Send a dead letter to its topic again, edited if a file is given."""
    value = None if edited is None else edited.read_bytes().strip()
    who = Actor(actor or getpass.getuser(), note)
    _with_connection(service, lambda connection: dead_letters.replay(connection, identity, who, value))
    Console().print(f"dead letter {identity} is on its way")


@dead_letters_app.command("discard")
def discard(
    identity: Identity, service: ServiceOption = Service.LEDGER, note: Note = "", actor: ActorName = ""
) -> None:
    """Close a dead letter without effect."""
    who = Actor(actor or getpass.getuser(), note)
    _with_connection(service, lambda connection: dead_letters.discard(connection, identity, who))
    Console().print(f"dead letter {identity} is discarded")


@dead_letters_app.command("erase")
def erase(
    key: Annotated[str, typer.Argument(help="The records' key: the borrower's id.")],
    note: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    service: ServiceOption = Service.LEDGER,
    actor: ActorName = "",
) -> None:
    """Take the values out of all dead letters of one borrower, for good; open ones are discarded."""
    who = Actor(actor or getpass.getuser(), note)
    erased = _with_connection(service, lambda connection: dead_letters.erase(connection, key, who))
    Console().print(f"values of {erased} dead letters are erased")


def _with_connection(service: Service, action: Callable[[Connection], Awaitable[Result]]) -> Result:
    async def call() -> Result:
        url = Settings().database_url_of(service.value)
        connection = await asyncpg.connect(url, server_settings={"search_path": service.value})
        try:
            return await action(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(call())
    except (DeadLetterNotFound, DeadLetterClosed, ReasonNeeded) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (OSError, asyncpg.PostgresError) as error:
        typer.echo(f"database: {error}", err=True)
        raise typer.Exit(1) from None
