"""The SQL of the card book: how far behind dunning had each customer at the end of a date."""

from datetime import date, timedelta

from amends.demo.cards import months_between
from services.eventing.database import Connection

_DAYS_PAST_DUE = """
    select borrower_id, max(days_past_due + ($1::date - on_date)) from (
        select distinct on (borrower_id, loan_id) borrower_id, days_past_due, settled, on_date from level_record
        where on_date <= $1 order by borrower_id, loan_id, on_date desc, evaluation desc
    ) newest where days_past_due > 0 and not settled group by borrower_id
"""


async def months_behind_on(connection: Connection, close: date) -> dict[str, int]:
    """Months behind at a close of customers that are past due, by borrower id, from dunning's record of moves.

    A record has the days past due on its date, and a loan that has not moved since is later by the days gone by: true
    of loans of one instalment whose clock no hold stops, and there are no others in the card book.
    """
    rows = await connection.fetch(_DAYS_PAST_DUE, close)
    return {row[0]: months_between(close - timedelta(days=row[1]), close) for row in rows}
