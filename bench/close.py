"""The close of one business date over a large book, by the real process: `python -m bench.close`."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from amends.demo.story import date_opened
from amends.publishing import Publisher
from bench.loan_book import CLOSED_ON, INSTALMENTS, make_book
from bench.own_ledger import own_ledger
from bench.service_path import Throughput, run_while
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from services.eventing import store as eventing_store
from services.eventing.database import Connection
from services.ledger import store


@dataclass(frozen=True, slots=True)
class BookSize:
    """A book: how many loans, and how many of a thousand have something due."""

    loans: int
    due_per_mille: int

    @property
    def due(self) -> int:
        """Loans that have something due."""
        return self.loans * self.due_per_mille // 1000


SIZES = (BookSize(1_000_000, 30), BookSize(100_000, 300), BookSize(100_000, 30))


@dataclass(frozen=True, slots=True)
class MeasuredClose:
    """A close: `completed_seconds` from the date's opening in the ledger; `path` until its completion is on Kafka."""

    size: BookSize
    made_seconds: float
    completed_seconds: float
    path: Throughput


async def measure_closes(stack: EphemeralStack, sizes: Sequence[BookSize] = SIZES) -> list[MeasuredClose]:
    """Close a date over each book, one after the other."""
    return [await _measure(stack, size) for size in sizes]


def table_of(closes: Sequence[MeasuredClose]) -> Table:
    """The figures as a table."""
    table = Table(
        "Loans", "Something due", "Completed s", "On Kafka s", "Loans due/s", "CPU s", "Peak MB", "Book made in s",
        title=f"Close of one business date; loans of {INSTALMENTS} instalments",
    )  # fmt: skip
    for one in closes:
        table.add_row(
            f"{one.size.loans:,}",
            f"{one.size.due:,} ({one.size.due_per_mille / 10:g} %)",
            f"{one.completed_seconds:.1f}",
            f"{one.path.seconds:.1f}",
            f"{one.size.due / one.completed_seconds:,.0f}",
            f"{one.path.cpu_seconds:.1f}",
            f"{one.path.peak_bytes / 1e6:,.0f}",
            f"{one.made_seconds:.0f}",
        )
    return table


async def _measure(stack: EphemeralStack, size: BookSize) -> MeasuredClose:
    async with own_ledger(stack, f"close_{size.loans}_{size.due_per_mille}") as own:
        url = own.settings.database_url
        started = time.perf_counter()
        await make_book(url, size.loans, size.due_per_mille)
        made_seconds = time.perf_counter() - started
        watch = await asyncpg.connect(url, server_settings={"search_path": "ledger"})
        try:
            service = own.services.start("ledger")
            await asyncio.to_thread(own.services.wait_ready, service)
            async with Publisher(own.settings) as publisher:
                await publisher.publish([date_opened(CLOSED_ON)])
            progress = _Progress(watch, own.settings.calendar_id)
            path = await run_while(service, size.due, progress.left)
            return MeasuredClose(size, made_seconds, await progress.completed_seconds(), path)
        finally:
            await watch.close()


class _Progress:
    """Asks how far a close is."""

    def __init__(self, connection: Connection, calendar_id: str) -> None:
        self._connection = connection
        self._calendar_id = calendar_id
        self._is_completed = False

    async def left(self) -> int:
        """1 while the date is not completed, then the events that wait for Kafka."""
        if not self._is_completed:
            completed: date | None = await store.completed_date(self._connection, self._calendar_id)
            if completed != CLOSED_ON:
                return 1
            self._is_completed = True
        rows, _ = await eventing_store.outbox_backlog(self._connection)
        return rows

    async def completed_seconds(self) -> float:
        """From the moment when the ledger knew the date until it was completed, as its tables say."""
        seconds: float = await self._connection.fetchval(
            "select extract(epoch from c.completed_at - o.opened_at)::float8"
            " from business_date_completed c join business_date o using (calendar_id, business_date)"
        )
        return seconds


def main(
    loans: Annotated[int | None, typer.Option(help="Loans of one book instead of all sizes.")] = None,
    due_per_mille: Annotated[int, typer.Option(help="Of a thousand, how many have something due.")] = 30,
) -> None:
    """Measure the close of one business date over books of several sizes."""
    sizes = SIZES if loans is None else (BookSize(loans, due_per_mille),)
    with ephemeral_stack() as stack:
        Console().print(table_of(asyncio.run(measure_closes(stack, sizes))))


if __name__ == "__main__":
    os.environ.setdefault("AMENDS_LOG_LEVEL", "WARNING")
    typer.run(main)
