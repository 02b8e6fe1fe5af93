"""The whole book in numbers, for reports and tests."""

from dataclasses import dataclass

from services.eventing.database import Connection


@dataclass(frozen=True, slots=True)
class BookFigures:
    """The book in numbers; `accounts` are (name, currency, debits, credits) in minor units."""

    loans: int
    settled_loans: int
    instalments: int
    payments: int
    payments_minor: int
    allocated_minor: int
    unallocated_minor: int
    transactions: int
    accounts: list[tuple[str, str, int, int]]


async def book_figures(connection: Connection) -> BookFigures:
    """Totals of loans, payments and journal. Reads whole tables: for reports and tests."""
    loans = await connection.fetchrow("select count(*), count(*) filter (where status = 'settled') from loan")
    payments = await connection.fetchrow(
        "select count(*), coalesce(sum(amount_minor), 0)::int8,"
        " coalesce(sum(amount_minor - unallocated_minor), 0)::int8,"
        " coalesce(sum(unallocated_minor), 0)::int8 from payment where status = 'posted'"
    )
    accounts = await connection.fetch(
        "select a.name, p.currency, coalesce(sum(p.amount_minor) filter (where p.debit = a.code), 0)::int8,"
        " coalesce(sum(p.amount_minor) filter (where p.credit = a.code), 0)::int8"
        " from account a join posting p on a.code in (p.debit, p.credit) group by a.code, a.name, p.currency"
        " order by p.currency, a.code"
    )
    return BookFigures(
        loans=loans[0],
        settled_loans=loans[1],
        instalments=await connection.fetchval("select count(*) from instalment"),
        payments=payments[0],
        payments_minor=payments[1],
        allocated_minor=payments[2],
        unallocated_minor=payments[3],
        transactions=await connection.fetchval("select count(*) from journal_transaction"),
        accounts=[(row[0], row[1], row[2], row[3]) for row in accounts],
    )
