"""Reading a loan for a request: its record in one snapshot, and its life run to the day that is asked for.

Nothing is written or locked: penalties and fees of the days since the last booking are worked out here, and booked by
whoever books next.
"""

import asyncio
from datetime import date

from services.eventing import store as eventing_store
from services.eventing.api_connections import ApiConnections
from services.eventing.database import Connection
from services.ledger import book_store, journal_store, store
from services.ledger.api import record_store
from services.ledger.api.ledger_problems import unknown_loan
from services.ledger.api.loan_answers import ListedLoan
from services.ledger.api.loan_reading import LoanHead
from services.ledger.api.parameters import day_within
from services.ledger.api.record_store import RecordedFact
from services.ledger.booked import BookedTransaction, Selection, Turnover
from services.ledger.life import Life
from services.ledger.loan import Key, Loan
from services.ledger.product_store import ProductStore
from services.ledger.rework import live_book


class Reading:
    """The ledger's answers, before they take the form of an API."""

    def __init__(self, connections: ApiConnections, products: ProductStore, calendar_id: str) -> None:
        self._connections = connections
        self._products = products
        self._calendar_id = calendar_id

    async def life(self, key: Key, day: date | None, field: str) -> tuple[LoanHead, Life]:
        """A loan on a day (today without one) that the request calls `field`. Raises Problem."""
        async with self._connections.reading() as connection:
            loan = await _known_loan(connection, key)
            business_date = await eventing_store.business_date_of(connection, self._calendar_id, 1)
            today = max(business_date or loan.calendar_through, loan.disbursed_on)
            through = today if day is None else day_within(field, day, loan.disbursed_on, today)
            book = (await book_store.load_books(connection, [loan], self._products))[key]
        # Years of penalties under a cost cap take seconds: in a thread they hold up no other request and no event.
        return LoanHead.of(loan), await asyncio.to_thread(live_book, book, through, book.facts.values())

    async def facts(self, key: Key) -> tuple[LoanHead, list[RecordedFact]]:
        """A loan's facts. Raises Problem."""
        async with self._connections.reading() as connection:
            loan = await _known_loan(connection, key)
            return LoanHead.of(loan), await record_store.recorded_facts(connection, key)

    async def journal_page(
        self, key: Key, as_of: date | None, after_number: int, limit: int
    ) -> tuple[LoanHead, list[BookedTransaction]]:
        """Transactions of a loan that follow one of them. Raises Problem."""
        async with self._connections.reading() as connection:
            loan = await _known_loan(connection, key)
            page = await journal_store.transactions_page(connection, _of_loan(key, as_of), (*key, after_number), limit)
        return LoanHead.of(loan), page

    async def journal(self, key: Key, as_of: date | None) -> tuple[LoanHead, list[BookedTransaction]]:
        """All transactions of a loan. Raises Problem."""
        async with self._connections.reading() as connection:
            loan = await _known_loan(connection, key)
            pages = journal_store.transactions(connection, _of_loan(key, as_of))
            return LoanHead.of(loan), [one async for page in pages for one in page]

    async def loans_page(self, borrower_id: str | None, status: str | None, after: Key, limit: int) -> list[ListedLoan]:
        """Loans that follow one of them."""
        async with self._connections.reading() as connection:
            return await record_store.loans_page(connection, borrower_id, status, after, limit)

    async def trial_balance(self, selection: Selection) -> list[Turnover]:
        """What went over each account."""
        async with self._connections.reading() as connection:
            return await journal_store.trial_balance(connection, selection)


async def _known_loan(connection: Connection, key: Key) -> Loan:
    loan = await store.loan_by_key(connection, key)
    if loan is None:
        raise unknown_loan(key)
    return loan


def _of_loan(key: Key, as_of: date | None) -> Selection:
    return Selection(as_of, borrower_id=key[0], loan_id=key[1])
