"""The ledger in this process on a real PostgreSQL: events in, business dates completed, and its books to look at."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import asyncpg
from aiokafka import TopicPartition

from amends.demo.flow import until
from schemas.calendar import BusinessDateOpened
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured
from schemas.values import EventData
from services.eventing import store as eventing_store
from services.eventing.batch import BatchProcessor, DeadLetterLimit
from services.eventing.database import Connection, Pool, migrate
from services.eventing.settings import Settings
from services.eventing.tracing import Tracing
from services.ledger import journal_store, store
from services.ledger.app import ledger
from services.ledger.booked import BookedTransaction, Selection
from tests.builders import loan_disbursed, payment_captured, payment_reversed, record

CURRENCIES = ("EUR", "JPY", "KWD")
_GROUP = "amends-ledger"
_LIMIT = DeadLetterLimit(window_records=10_000, share=1, minimum=10_000)
_PATIENCE_SECONDS = 60


class LedgerInProcess:
    """Gives events to the ledger's own handler, and runs its own close."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._parts = ledger(settings)
        self._processor = BatchProcessor(_GROUP, pool, self._parts.handler, Tracing(None))
        self._positions: dict[TopicPartition, int] = {}
        self.pool = pool

    async def tell(self, *events: EventData, may_be_refused: bool = False) -> None:
        """Let events of one topic have their effect, in one batch."""
        partition = TopicPartition(events[0].topic, 0)
        if partition not in self._positions:
            async with self.connected() as connection:
                self._positions |= await eventing_store.stored_positions(connection, _GROUP, [partition])
        start = self._positions[partition]
        records = [record(event, start + index) for index, event in enumerate(events)]
        self._positions[partition] = await self._processor.process(partition, records, start, _LIMIT)
        assert self._positions[partition] == start + len(events), "the handler failed, see the log"
        letters = await self.pool.fetch("select code, message from dead_letter where topic = $1", partition.topic)
        assert may_be_refused or letters == []

    async def complete(self, day: date) -> None:
        """Open a business date and let the close complete it."""
        await self.tell(BusinessDateOpened(business_date=day))
        (work,) = self._parts.work(self.pool)
        await work.start()

        async def completed() -> bool:
            async with self.pool.acquire() as connection:
                return await store.completed_date(connection, "default") == day

        try:
            await until(completed, _PATIENCE_SECONDS)
        finally:
            await work.stop()

    async def journal(self, selection: Selection | None = None) -> list[BookedTransaction]:
        """All transactions selected, read in small pages."""
        async with self.connected() as connection, journal_store.snapshot(connection):
            pages = journal_store.transactions(connection, selection or Selection(), page_transactions=7)
            return [one async for page in pages for one in page]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """A connection to the ledger's schema."""
        async with self.pool.acquire() as connection:
            yield connection


@asynccontextmanager
async def ledger_in_process(database_url: str) -> AsyncIterator[LedgerInProcess]:
    """A new ledger in an empty database."""
    await migrate(database_url, "ledger")
    async with asyncpg.create_pool(database_url, min_size=1, server_settings={"search_path": "ledger"}) as pool:
        yield LedgerInProcess(Settings(database_url=database_url, clock="events", topic_partitions=1), pool)


def loans_of_many_currencies(number: int) -> list[LoanDisbursed]:
    """Loans by turns in currencies with two, no and three decimals; loan ids have colons, as identifiers may."""
    return [
        loan_disbursed(f"loan:{index}", borrower_id=f"borrower-{index // 2}", number_of_instalments=6,
                       principal_minor=60_000 + 37 * index, disbursed_on=date(2024, 1, 1) + timedelta(days=index % 28))
        .model_copy(update={"currency": CURRENCIES[index % len(CURRENCIES)]})
        for index in range(number)
    ]  # fmt: skip


def payments_of(loans: Sequence[LoanDisbursed], month: int) -> list[PaymentCaptured]:
    """A payment of each loan in a month of 2024: of some too little, of some too much."""
    return [
        payment_captured(f"payment-{index}-{month}", loan=loan, currency=loan.currency,
                         amount_minor=9_000 + 500 * (index % 7), value_date=date(2024, month, 1 + index % 28))
        for index, loan in enumerate(loans)
    ]  # fmt: skip


async def eventful_book(scene: LedgerInProcess, number_of_loans: int) -> list[LoanDisbursed]:
    """Loans paid in 2024, with payments taken back and payments of May that come late; completed through 30 June."""
    loans = loans_of_many_currencies(number_of_loans)
    await scene.tell(*loans)
    for month in (3, 4, 6):
        payments = payments_of(loans, month)
        await scene.tell(*payments)
        await scene.tell(*(payment_reversed(one, date(2024, month, 29)) for one in payments[::9]))
        await scene.complete((date(2024, month, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    await scene.tell(*payments_of(loans[::3], 5))
    return loans


async def bean_check(file: Path) -> tuple[int, str]:
    """The exit code of Beancount's own program for a file, and what it says."""
    program = Path(sys.executable).with_name("bean-check")
    process = await asyncio.create_subprocess_exec(
        program, "--no-cache", file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
