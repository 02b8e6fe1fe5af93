"""`amends ledger verify`: proves that a live database holds what a replay of its facts gives."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from amends.ledger_connection import ended, with_ledger
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.ledger import journal_store, store
from services.ledger.emitted_event_reader import EventsExpired, emitted_event_reader
from services.ledger.emitted_events import EmittedEvents
from services.ledger.verification import Difference
from services.ledger.verification_walk import VerificationScope, VerifiedPage, verified_pages

_MOST_TOLD: Final = 1_000
Told = Callable[[int, int], None]


@dataclass(slots=True)
class Verified:
    """What was verified altogether, the first differences, and how many there are."""

    totals: VerifiedPage = field(default_factory=VerifiedPage)
    differing: int = 0
    events: int | None = None
    seconds: float = 0

    def add(self, page: VerifiedPage) -> None:
        """Take a page in."""
        self.totals.loans += page.loans
        self.totals.transactions += page.transactions
        self.totals.payments += page.payments
        self.totals.facts += page.facts
        self.totals.differences += page.differences[: _MOST_TOLD - len(self.totals.differences)]
        self.differing += len(page.differences)

    @property
    def loans_per_second(self) -> float:
        """Speed, without the time to read events."""
        return self.totals.loans / self.seconds if self.seconds else 0


def verify(
    loan: Annotated[tuple[str, str] | None, typer.Option(metavar="BORROWER LOAN", help="Only this loan.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many loans.")] = None,
    events: Annotated[bool, typer.Option("--events", help="Look at every event on Kafka too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, amounts in minor units.")] = False,
) -> None:
    """Replay every loan's facts from nothing and compare: journal, instalments, payments, balances, counters.

    Services may go on meanwhile. Prints what differs; the exit code is 1 when anything does.
    """
    if loan is not None and limit is not None:
        raise typer.BadParameter("give either --loan or --limit")
    scope = VerificationScope(loan, limit)
    try:
        verified = with_ledger(lambda connection: _verify(connection, scope, events))
    except (KafkaError, EventsExpired) as error:
        raise ended(f"events: {error}") from None
    if loan is not None and not verified.totals.loans:
        raise ended(f"loan {loan[1]!r} of borrower {loan[0]!r} is not known")
    if as_json:
        typer.echo(json.dumps(_document(verified), indent=1, default=str))
    else:
        _print(verified)
    raise typer.Exit(1 if verified.differing else 0)


async def _verify(connection: Connection, scope: VerificationScope, with_events: bool) -> Verified:
    settings = Settings()
    with _progress_bar() as told:
        if not with_events:
            async with journal_store.snapshot(connection):
                return await _walk(connection, settings, scope, None, told("loans"))
        async with emitted_event_reader(settings) as reader, journal_store.snapshot(connection):
            emitted = await reader.read(connection, told("events"))
            return await _walk(connection, settings, scope, emitted, told("loans"))


async def _walk(
    connection: Connection, settings: Settings, scope: VerificationScope, emitted: EmittedEvents | None, told: Told
) -> Verified:
    total = 1 if scope.only else await store.number_of_loans(connection)
    verified = Verified(events=None if emitted is None else emitted.events)
    started = time.perf_counter()
    async for page in verified_pages(connection, settings.calendar_id, scope, emitted):
        verified.add(page)
        told(verified.totals.loans, min(total, scope.limit or total))
    verified.seconds = time.perf_counter() - started
    return verified


@contextmanager
def _progress_bar() -> Iterator[Callable[[str], Told]]:
    """Bars on standard error, by name, where that is a terminal."""
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:

        def bar(name: str) -> Told:
            task = progress.add_task(name, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        yield bar


def _print(verified: Verified) -> None:
    for difference in verified.totals.differences:
        typer.echo(_text(difference))
    untold = verified.differing - len(verified.totals.differences)
    if untold:
        typer.echo(f"and {untold:,} differences more")
    totals = verified.totals
    events = "" if verified.events is None else f", {verified.events:,} events"
    typer.echo(
        f"{totals.loans:,} loans, {totals.transactions:,} transactions, {totals.payments:,} payments,"
        f" {totals.facts:,} other facts{events}: "
        + (f"{verified.differing:,} differences" if verified.differing else "all as a replay of the facts gives it")
        + f" ({verified.loans_per_second:,.0f} loans/s)"
    )


def _text(difference: Difference) -> str:
    borrower_id, loan_id, what, booked, right = difference
    of = f"borrower {borrower_id} loan {loan_id}: " if loan_id else ""
    return f"{of}{what}: booked {_value(booked)}, right {_value(right)}"


def _value(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)


def _document(verified: Verified) -> dict[str, Any]:
    totals = verified.totals
    return {
        "loans": totals.loans,
        "transactions": totals.transactions,
        "payments": totals.payments,
        "other_facts": totals.facts,
        "events": verified.events,
        "loans_per_second": round(verified.loans_per_second, 1),
        "differing": verified.differing,
        "differences": [one._asdict() for one in totals.differences],
    }
