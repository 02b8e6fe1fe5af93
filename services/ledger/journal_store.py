"""All SQL that reads the journal. Memory stays flat: transactions come page by page, sums are PostgreSQL's.

Who needs several answers that agree asks inside `snapshot`.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

import asyncpg

from services.eventing.database import Connection
from services.ledger.booked import BookedTransaction, Dating, Selection, SidesTotal, SummedPostings, Turnover, turnovers
from services.ledger.journal import AccountCode, Posting, Postings
from services.ledger.loan import Key

TransactionKey = tuple[str, str, int]
"""(borrower id, loan id, number): the order of the journal's pages."""

_BEFORE_ALL: Final[TransactionKey] = ("", "", 0)
_PAGE_TRANSACTIONS: Final = 5_000
_ACCOUNTS: Final = {int(account): account for account in AccountCode}
_DAY: Final = {Dating.VALUE_DATE: "t.value_date", Dating.BOOKED_ON: "t.booked_on"}
_TRANSACTION: Final = (
    "t.borrower_id, t.loan_id, t.number, t.kind, t.cause, t.value_date, t.booked_on, t.recorded_at,"
    " p.currency, p.debit, p.credit, p.amount_minor"
)
_KEY_FIELDS: Final = 3
_JOURNAL: Final = "posting p join journal_transaction t using (borrower_id, loan_id, number)"


def snapshot(connection: Connection) -> Any:
    """A read-only transaction in which every query sees the same journal."""
    return connection.transaction(isolation="repeatable_read", readonly=True)


async def transactions(
    connection: Connection, selection: Selection, page_transactions: int = _PAGE_TRANSACTIONS
) -> AsyncIterator[list[BookedTransaction]]:
    """The transactions selected, in pages, by borrower, loan and number."""
    after = _BEFORE_ALL
    while True:
        page = await transactions_page(connection, selection, after, page_transactions)
        if page:
            yield page
            after = (page[-1].borrower_id, page[-1].loan_id, page[-1].number)
        if len(page) < page_transactions:
            return


async def transactions_page(
    connection: Connection, selection: Selection, after: TransactionKey, limit: int
) -> list[BookedTransaction]:
    """At most `limit` transactions that follow the one named `after`."""
    condition, arguments = _selected(selection, [*after, limit])
    rows = await connection.fetch(
        f"select {_TRANSACTION} from"
        f" (select * from journal_transaction t where (t.borrower_id, t.loan_id, t.number) > ($1, $2, $3)"
        f"  and {condition} order by t.borrower_id, t.loan_id, t.number limit $4) t"
        " left join posting p using (borrower_id, loan_id, number)"
        " order by t.borrower_id, t.loan_id, t.number, p.line",
        *arguments,
    )
    return [_transaction(list(group)) for _, group in groupby(rows, key=lambda row: row[:_KEY_FIELDS])]


async def loan_exists(connection: Connection, key: Key) -> bool:
    """Whether the ledger has such a loan."""
    found: bool = await connection.fetchval(
        "select exists (select from loan where borrower_id = $1 and loan_id = $2)", *key
    )
    return found


async def trial_balance(connection: Connection, selection: Selection) -> list[Turnover]:
    """Debits and credits of each account, by currency and code."""
    condition, arguments = _selected(selection)
    rows = await connection.fetch(
        f"select p.debit, p.credit, p.currency, sum(p.amount_minor) from {_JOURNAL} where {condition} group by 1, 2, 3",
        *arguments,
    )
    return turnovers(_sides(row) for row in rows)


async def loan_balances(
    connection: Connection, selection: Selection, after: Key = ("", ""), limit: int = 1_000
) -> dict[Key, list[Turnover]]:
    """The trial balance of each of at most `limit` loans that follow the one named `after`."""
    condition, arguments = _selected(selection, [*after, limit])
    rows = await connection.fetch(
        "select t.borrower_id, t.loan_id, p.debit, p.credit, p.currency, sum(p.amount_minor) from"
        " (select borrower_id, loan_id from loan where (borrower_id, loan_id) > ($1, $2)"
        "  order by borrower_id, loan_id limit $3) l"
        " join journal_transaction t using (borrower_id, loan_id) join posting p using (borrower_id, loan_id, number)"
        f" where {condition} group by 1, 2, 3, 4, 5 order by 1, 2",
        *arguments,
    )
    return {
        (borrower_id, loan_id): turnovers(_sides(row[2:]) for row in group)
        for (borrower_id, loan_id), group in groupby(rows, key=lambda row: (row[0], row[1]))
    }


async def monthly_totals(connection: Connection, selection: Selection) -> dict[date, list[SidesTotal]]:
    """Sums of each month in which something was booked, by the first day of the month, in order."""
    condition, arguments = _selected(selection)
    rows = await connection.fetch(
        "select date_trunc('month', t.booked_on)::date, p.debit, p.credit, p.currency, sum(p.amount_minor)"
        f" from {_JOURNAL} where {condition} group by 1, 2, 3, 4 order by 1",
        *arguments,
    )
    return {month: [_sides(row[1:]) for row in group] for month, group in groupby(rows, key=lambda row: row[0])}


async def last_booked_on(connection: Connection, selection: Selection) -> date | None:
    """The newest day on which something was booked; none in an empty journal."""
    condition, arguments = _selected(selection)
    found: date | None = await connection.fetchval(
        f"select max(t.booked_on) from journal_transaction t where {condition}", *arguments
    )
    return found


async def summed_postings(connection: Connection, selection: Selection) -> AsyncIterator[SummedPostings]:
    """All postings of each day, kind and currency together, in order of these. Only inside a transaction."""
    condition, arguments = _selected(selection)
    rows = connection.cursor(
        "select booked_on, kind, currency, sum(count)::int8, array_agg(debit order by debit, credit),"
        " array_agg(credit order by debit, credit), array_agg(amount order by debit, credit)"
        " from (select t.booked_on, t.kind, p.currency, p.debit, p.credit, count(*), sum(p.amount_minor) as amount"
        f" from {_JOURNAL} where {condition} group by 1, 2, 3, 4, 5) s group by 1, 2, 3 order by 1, 2, 3",
        *arguments,
        prefetch=1_000,
    )
    async for booked_on, kind, currency, count, debits, credits, amounts in rows:
        pairs = zip(debits, credits, amounts, strict=True)
        postings = tuple(Posting(_ACCOUNTS[debit], _ACCOUNTS[credit], int(amount)) for debit, credit, amount in pairs)
        yield SummedPostings(booked_on, kind, currency, count, postings)


def _selected(selection: Selection, before: Sequence[object] = ()) -> tuple[str, list[object]]:
    """The condition on transaction `t`, and the arguments of the statement, beginning with those `before` it."""
    arguments = list(before)
    conditions = ["true"]
    for condition, value in (
        (f"{_DAY[selection.dating]} <=", selection.as_of),
        ("t.recorded_at <=", selection.known_at),
        ("t.borrower_id =", selection.borrower_id),
        ("t.loan_id =", selection.loan_id),
    ):
        if value is not None:
            arguments.append(value)
            conditions.append(f"{condition} ${len(arguments)}")
    return " and ".join(conditions), arguments


def _sides(row: Sequence[Any]) -> SidesTotal:
    return SidesTotal(_ACCOUNTS[row[0]], _ACCOUNTS[row[1]], row[2], int(row[3]))


def _transaction(rows: Sequence[asyncpg.Record]) -> BookedTransaction:
    """From the rows of its postings; a transaction without any has one row, and no currency."""
    borrower_id, loan_id, number, kind, cause, value_date, booked_on, recorded_at, currency, debit, _, _ = rows[0]
    postings: Postings = ()
    if debit is not None:
        postings = tuple(
            [Posting(_ACCOUNTS[row["debit"]], _ACCOUNTS[row["credit"]], row["amount_minor"]) for row in rows]
        )
    return BookedTransaction(
        borrower_id, loan_id, number, kind, cause, value_date, booked_on, recorded_at, currency or "", postings
    )
