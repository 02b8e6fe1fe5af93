"""Reads the books and gives them as a Beancount file, piece by piece, from one view of the journal."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from services.eventing.database import Connection
from services.ledger import beancount_export, journal_store
from services.ledger.booked import Selection


async def beancount_file(connection: Connection, selection: Selection, compact: bool) -> AsyncGenerator[str]:
    """The pieces of the file; `compact` sums the postings of each day and kind. Nothing for an empty journal.

    The selection should count by the booking date, as the file does. Raises UnknownCurrency.
    """
    async with journal_store.snapshot(connection):
        months = await journal_store.monthly_totals(connection, selection)
        last_booked_on = await journal_store.last_booked_on(connection, selection)
        if last_booked_on is None:
            return
        yield "".join(beancount_export.opening("Amends", months))
        async with aclosing(_transactions(connection, selection, compact)) as pieces:
            async for piece in pieces:
                yield piece
        yield "".join(beancount_export.assertions(months, last_booked_on))


async def _transactions(connection: Connection, selection: Selection, compact: bool) -> AsyncGenerator[str]:
    if compact:
        async for summed in journal_store.summed_postings(connection, selection):
            yield beancount_export.summed_text(summed)
        return
    async for page in journal_store.transactions(connection, selection):
        yield "".join([beancount_export.transaction_text(transaction) for transaction in page])
