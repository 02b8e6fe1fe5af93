"""All SQL of closed periods."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Final

import asyncpg

from services.eventing.database import Connection
from services.ledger.closed_periods import BookedPosting, ClosedPeriod, Seal

_COLUMNS: Final = "calendar_id, through, closed_at, closed_by, postings, debits_minor, sha256"
_POSTINGS_AT_ONCE: Final = 10_000


async def closed_periods(connection: Connection) -> list[ClosedPeriod]:
    """All closed periods, the oldest first."""
    return [_period(row) for row in await connection.fetch(f"select {_COLUMNS} from closed_period order by through")]


async def insert(connection: Connection, calendar_id: str, through: date, closed_by: str, seal: Seal) -> ClosedPeriod:
    """Keep a closed period for good."""
    row = await connection.fetchrow(
        "insert into closed_period (calendar_id, through, closed_by, postings, debits_minor, sha256)"
        f" values ($1, $2, $3, $4, $5, $6) returning {_COLUMNS}",
        calendar_id,
        through,
        closed_by,
        seal.postings,
        json.dumps(seal.debits_minor),
        seal.sha256,
    )
    return _period(row)


async def postings_booked(
    connection: Connection, after: date | None, through: date
) -> AsyncIterator[Sequence[BookedPosting]]:
    """Postings booked after a day and through another, by borrower, loan, number and line. Only inside a transaction.

    The order is bytewise: that of a language may change with the operating system.
    """
    cursor = await connection.cursor(
        "select t.borrower_id, t.loan_id, t.number, p.line, t.kind, t.cause, t.value_date, t.booked_on,"
        " t.recorded_at, p.debit, p.credit, p.amount_minor, p.currency"
        " from journal_transaction t join posting p using (borrower_id, loan_id, number)"
        " where t.booked_on <= $1 and ($2::date is null or t.booked_on > $2)"
        ' order by t.borrower_id collate "C", t.loan_id collate "C", t.number, p.line',
        through,
        after,
    )
    while rows := await cursor.fetch(_POSTINGS_AT_ONCE):
        yield [BookedPosting(*row) for row in rows]


async def book_not_before(connection: Connection, first_open_day: date, lock_seconds: float) -> None:
    """Let new transactions be booked on this day or later, once those being written are done.

    Raises LockNotAvailableError when they are not done in time. The user must own the table.
    """
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout to '{round(lock_seconds * 1000)}ms'")
        await connection.execute(
            "alter table journal_transaction alter column booked_not_before"
            f" set default date '{first_open_day.isoformat()}'"
        )


async def lock_closing(connection: Connection) -> None:
    """Wait until nobody else closes a period of this ledger."""
    await connection.execute("select pg_advisory_lock('closed_period'::regclass::oid::bigint)")


async def unlock_closing(connection: Connection) -> None:
    """Let others close."""
    await connection.execute("select pg_advisory_unlock('closed_period'::regclass::oid::bigint)")


def _period(row: asyncpg.Record) -> ClosedPeriod:
    seal = Seal(row["postings"], json.loads(row["debits_minor"]), row["sha256"])
    return ClosedPeriod(row["calendar_id"], row["through"], row["closed_at"], row["closed_by"], seal)
