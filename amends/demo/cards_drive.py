"""Driving the card book through ledger and dunning, one business date after the other.

Each business date is opened first, then what happens on it is told: so that what dunning recorded of a month's end
stays what it was when the next payments come. A payment that names only its customer goes to what they owe when it
arrives: all of a date is booked before the next one is opened.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from amends.demo.cards import CLOSES, CardCustomer, business_dates
from amends.demo.cards_store import months_behind_on
from amends.demo.cards_story import payments_of, registrations, statements_of
from amends.demo.flow import FlowWatch, until
from amends.demo.story import date_opened
from amends.publishing import Publication, Publisher
from services.dunning import store as dunning_store
from services.eventing import store as eventing_store
from services.eventing.settings import ServiceName

_ON_THE_PATH: Final[tuple[ServiceName, ...]] = ("ledger", "dunning")
_AT_ONCE: Final = 2000
_PATIENCE_SECONDS: Final = 1800.0

MonthsBehind = dict[str, tuple[int, ...]]
"""Months behind at each of CLOSES, by borrower id."""


async def drive_cards(watch: FlowWatch, customers: Sequence[CardCustomer]) -> MonthsBehind:
    """Take the book through all its months; returns what dunning recorded of each customer. Raises FlowStuck."""
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        async with Publisher(watch.settings) as publisher:
            path = _Path(watch, publisher, progress)
            await path.tell("customers", registrations(customers))
            for day in business_dates():
                await path.open(day)
                await path.tell(f"{day} payments", payments_of(customers, day))
                await path.tell(f"{day} statements", statements_of(customers, day))
    return await _recorded(watch, customers)


async def _recorded(watch: FlowWatch, customers: Sequence[CardCustomer]) -> MonthsBehind:
    by_close = [await months_behind_on(watch.connections["dunning"], close) for close in CLOSES]
    return {
        one.borrower_id: tuple(behind.get(one.borrower_id, 0) for behind in by_close) for one in customers
    }  # fmt: skip


class _Path:
    """Lending events in, cases out: what is told, and when ledger and dunning have done with it."""

    def __init__(self, watch: FlowWatch, publisher: Publisher, progress: Progress) -> None:
        self._watch = watch
        self._publisher = publisher
        self._progress = progress

    async def tell(self, what: str, publications: Iterable[Publication]) -> None:
        """Publish, and wait until ledger and dunning have done with all of it."""
        stream = iter(publications)
        told = 0
        while lot := list(islice(stream, _AT_ONCE)):
            await self._publisher.publish(lot)
            told += len(lot)
        if told:
            await self._until_done(what)

    async def open(self, day: date) -> None:
        """Open a business date, and wait until the ledger has closed it and dunning has looked at every case."""
        task = self._progress.add_task(f"{day} close and look", total=None)
        await self._publisher.publish([date_opened(day)])

        async def is_looked_at() -> bool:
            if await self._watch.completed_date() != day or await self._on_its_way():
                return False
            dunning, settings = self._watch.connections["dunning"], self._watch.settings
            seen = await eventing_store.business_date_of(dunning, settings.calendar_id, settings.topic_partitions)
            return seen == day and not await dunning_store.looks_due(dunning, day)

        await until(is_looked_at, _PATIENCE_SECONDS)
        self._progress.update(task, total=1, completed=1)

    async def _until_done(self, what: str) -> None:
        task = self._progress.add_task(what, total=None)
        most = 1

        async def is_done() -> bool:
            nonlocal most
            left = await self._on_its_way()
            most = max(most, left)
            self._progress.update(task, total=most, completed=most - left)
            return left == 0

        await until(is_done, _PATIENCE_SECONDS)

    async def _on_its_way(self) -> int:
        return (await self._watch.on_its_way(_ON_THE_PATH)).total
