"""Timed work of the ledger: follow the clock, close business dates, tell when one is completed."""

from collections.abc import Sequence
from datetime import date

from schemas.ledger import BusinessDateCompleted
from services.eventing import store as eventing_store
from services.eventing.clock import Clock, business_date
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.eventing.settings import Settings
from services.ledger import book_store, store
from services.ledger.changes import run_calendar
from services.ledger.close import Closed, StagedInstalment, close_loan, next_calendar_day
from services.ledger.close_progress import CloseProgress
from services.ledger.handlers import CLOCK_PARTITION, write_bookings
from services.ledger.loan import Key, Loan
from services.ledger.payments import Bookings
from services.ledger.product import Product
from services.ledger.product_store import ProductStore
from services.ledger.rework import LoanBook
from services.ledger.settings import LedgerSettings


class BusinessDateClose:
    """One step closes up to `close_loans_at_once` loans in one transaction; payments go on meanwhile."""

    def __init__(self, settings: Settings, own: LedgerSettings, clock: Clock, products: ProductStore) -> None:
        self._settings = settings
        self._own = own
        self._clock = clock
        self._products = products
        self._progress: CloseProgress | None = None
        self._position: store.ClosePosition | None = None

    async def __call__(self, connection: Connection) -> bool:
        """True when more may be due at once."""
        calendar_id = self._settings.calendar_id
        if self._settings.clock == "system":
            today = business_date(self._clock, self._settings.calendar_zone)
            await eventing_store.open_business_date(connection, calendar_id, CLOCK_PARTITION, today)
        on = await eventing_store.business_date_of(connection, calendar_id, 1)
        if on is None:
            return False
        completed = await store.completed_date(connection, calendar_id)
        is_open = completed is None or completed < on
        if is_open and (self._progress is None or self._progress.on != on):
            self._progress = CloseProgress(on, await store.count_loans_to_close(connection, on), self._clock)
            self._position = None
        closed = await self._close_some(connection, on)
        if closed and is_open and self._progress is not None:
            self._progress.closed(closed)
        if not closed and is_open:
            await self._complete(connection, calendar_id, on)
        return closed > 0

    async def _close_some(self, connection: Connection, on: date) -> int:
        """Close some loans; returns how many, 0 when none is left.

        The loans of a date are gone through once without waiting for those that payments hold; then come those, and
        what was set back meanwhile.
        """
        limit = self._own.close_loans_at_once
        async with connection.transaction():
            loans, position = await store.loans_to_close(connection, on, limit, self._position)
            if not loans:
                loans = await store.loans_left_to_close(connection, on, limit)
            if loans:
                await self._close_these(connection, loans, on)
        self._position = position
        return len(loans)

    async def _close_these(self, connection: Connection, loans: Sequence[Loan], on: date) -> None:
        await self._products.load(connection, {loan.product for loan in loans})
        staged = await self._staged(connection, loans, on)
        to_work_out = [loan for loan in loans if self._calendar_matters(loan, staged.get(loan.key, []), on)]
        books = await book_store.load_books_to_rework(connection, to_work_out, self._products)
        bookings = Bookings()
        for book in books.values():
            run_calendar(book, on, bookings)
        staged.update({key: _with_amounts_of(book, staged.get(key, [])) for key, book in books.items()})
        closed = [(loan, self._close(loan, staged.get(loan.key, []), on, bookings)) for loan in loans]
        await write_bookings(connection, bookings, to_work_out, list(books.values()))
        await store.save_closed(
            connection,
            [
                (loan.key, number, stage, number in one.earned)
                for loan, one in closed
                for number, stage in one.stages.items()
            ],
            [(loan, self._next_action(books.get(loan.key), one, on)) for loan, one in closed],
            on,
        )
        await eventing_store.write_outbox(connection, bookings.emitted)

    async def _staged(
        self, connection: Connection, loans: Sequence[Loan], on: date
    ) -> dict[Key, list[StagedInstalment]]:
        ahead = [(loan, max(self._product(loan).announce_days_ahead, default=0)) for loan in loans]
        return await store.staged_instalments(connection, ahead, on)

    def _product(self, loan: Loan) -> Product:
        return self._products.product(loan.product)

    def _calendar_matters(self, loan: Loan, staged: Sequence[StagedInstalment], on: date) -> bool:
        """The day may bring more than stages: penalties, late fees, credit that pays, a charge-off."""
        if not loan.is_plain:
            return True
        product = self._product(loan)
        if product.penalty is None and product.late_fee is None and product.charge_off_after_days is None:
            return False
        return any(one.instalment.due_on < on and one.instalment.paid_on is None for one in staged)

    def _close(self, loan: Loan, lines: Sequence[StagedInstalment], on: date, bookings: Bookings) -> Closed:
        unpaid = tuple(line.instalment for line in lines if line.instalment.paid_on is None)
        if loan.is_plain:
            loan.load(unpaid)
        closed = close_loan(loan, lines, on, self._product(loan).announce_days_ahead)
        bookings.transactions += closed.transactions
        bookings.emitted += closed.emitted
        return closed

    def _next_action(self, book: LoanBook | None, closed: Closed, on: date) -> date | None:
        if book is None:
            return closed.next_action_on
        if book.loan.account.status == "written_off":
            return None
        calendar = next_calendar_day(book.agreement, book.loan.account.open_instalments, on)
        return min((day for day in (closed.next_action_on, calendar) if day is not None), default=None)

    async def _complete(self, connection: Connection, calendar_id: str, on: date) -> None:
        """Tell every partition of the topic, behind all that the date made due."""
        data = BusinessDateCompleted(calendar_id=calendar_id, business_date=on)
        events: list[OutgoingEvent] = [
            outgoing(data, on.toordinal() * 10_000 + partition, partition=partition)
            for partition in range(self._settings.topic_partitions)
        ]
        async with connection.transaction():
            await store.complete_date(connection, calendar_id, on)
            await eventing_store.write_outbox(connection, events)
        if self._progress is not None:
            self._progress.completed()


def _with_amounts_of(book: LoanBook, staged: Sequence[StagedInstalment]) -> list[StagedInstalment]:
    """The stages as kept, with the amounts as they are now; instalments that are new have no stage yet."""
    stages = {one.instalment.number: one.stage for one in staged}
    known = set(stages)
    return [
        StagedInstalment(instalment, stages.get(number, 0))
        for number, instalment in sorted(book.instalments.items())
        if number in known
    ]
