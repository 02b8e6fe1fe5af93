"""A day of dunning over large books of cases, by the real process: `python -m bench.looks`."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from bench.case_book import LOOKED_ON, make_case_book, open_day
from bench.close import BookSize
from bench.own_ledger import own_ledger
from bench.service_path import Throughput, run_while
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from services.dunning import store
from services.eventing import store as eventing_store

SIZES = (BookSize(1_000_000, 30), BookSize(100_000, 300), BookSize(100_000, 30))


@dataclass(frozen=True, slots=True)
class MeasuredDay:
    """A day's looks: `looked_seconds` until all were done, `path` until their events are on Kafka."""

    size: BookSize
    made_seconds: float
    looked_seconds: float
    path: Throughput


async def measure_days(stack: EphemeralStack, sizes: Sequence[BookSize] = SIZES) -> list[MeasuredDay]:
    """A day over each book, one after the other."""
    return [await _measure(stack, size) for size in sizes]


def table_of(days: Sequence[MeasuredDay]) -> Table:
    """The figures as a table."""
    table = Table(
        "Cases", "Looks due", "Looked s", "On Kafka s", "Looks/s", "CPU s", "Peak MB", "Book made in s",
        title="A day of dunning",
    )  # fmt: skip
    for one in days:
        table.add_row(
            f"{one.size.loans:,}",
            f"{one.size.due:,} ({one.size.due_per_mille / 10:g} %)",
            f"{one.looked_seconds:.1f}",
            f"{one.path.seconds:.1f}",
            f"{one.size.due / one.looked_seconds:,.0f}",
            f"{one.path.cpu_seconds:.1f}",
            f"{one.path.peak_bytes / 1e6:,.0f}",
            f"{one.made_seconds:.0f}",
        )
    return table


async def _measure(stack: EphemeralStack, size: BookSize) -> MeasuredDay:
    async with own_ledger(stack, f"looks_{size.loans}_{size.due_per_mille}") as own:
        url = own.settings.database_url
        started = time.perf_counter()
        await make_case_book(url, size.loans, size.due_per_mille)
        made_seconds = time.perf_counter() - started
        watch = await asyncpg.connect(url, server_settings={"search_path": "dunning"})
        try:
            service = own.services.start("dunning")
            await asyncio.to_thread(own.services.wait_ready, service)
            await open_day(watch, own.settings)
            progress = _Progress(watch)
            path = await run_while(service, size.due, progress.left)
            return MeasuredDay(size, made_seconds, progress.looked_seconds, path)
        finally:
            await watch.close()


class _Progress:
    """Asks how far a day is."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._started = time.perf_counter()
        self.looked_seconds = 0.0

    async def left(self) -> int:
        """Looks that are due, then the events that wait for Kafka."""
        due = await store.looks_due(self._connection, LOOKED_ON)
        if due:
            return due
        self.looked_seconds = self.looked_seconds or time.perf_counter() - self._started
        rows, _ = await eventing_store.outbox_backlog(self._connection)
        return rows


def main(
    cases: Annotated[int | None, typer.Option(help="Cases of one book instead of all sizes.")] = None,
    due_per_mille: Annotated[int, typer.Option(help="Of a thousand, how many have a look due.")] = 30,
) -> None:
    """Measure a day of dunning over books of several sizes."""
    sizes = SIZES if cases is None else (BookSize(cases, due_per_mille),)
    with ephemeral_stack() as stack:
        Console().print(table_of(asyncio.run(measure_days(stack, sizes))))


if __name__ == "__main__":
    os.environ.setdefault("AMENDS_LOG_LEVEL", "WARNING")
    typer.run(main)
