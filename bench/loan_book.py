"""A large book made in PostgreSQL: a few loans opened and closed by the ledger's own code, and copied by number."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import asyncpg

from schemas.lending import LoanDisbursed
from services.eventing import store as eventing_store
from services.eventing.clock import SystemClock
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.ledger import store
from services.ledger.business_date import BusinessDateClose
from services.ledger.disbursals import open_loan
from services.ledger.product_catalogue import shipped_products
from services.ledger.product_store import ProductStore
from services.ledger.settings import LedgerSettings

CLOSED_ON = date(2018, 6, 15)
INSTALMENTS = 6
_DAYS_BEFORE = (timedelta(days=3), timedelta(days=1))
# Days from the business date to the first due date: announced today, due today, overdue since today; nothing today.
DUE_IN_DAYS = (3, 0, -1)
_IDLE_IN_DAYS = range(4, 28)
_PLACE_OF_NUMBER = (
    # The factor, prime to 1,000, strews those with something due over the whole book.
    f"case when n * 7919 % 1000 < $2 then n % {len(DUE_IN_DAYS)} else {len(DUE_IN_DAYS)} + n % {len(_IDLE_IN_DAYS)} end"
)
# Half of the rows are instalments: two connections fill the tables in about the same time.
_TABLES = (("loan", "journal_transaction", "posting"), ("instalment",))
_SETTINGS = {"search_path": "ledger", "jit": "off", "synchronous_commit": "off"}
_OWN_COLUMNS = {
    "borrower_id": "'B-' || lpad(n::text, 8, '0')",
    "loan_id": "'L-' || lpad(n::text, 8, '0')",
    "terms": "m.terms || jsonb_build_object('borrower_id', 'B-' || lpad(n::text, 8, '0'),"
    " 'loan_id', 'L-' || lpad(n::text, 8, '0'))",
    "cause": "case when m.cause = m.loan_id then 'L-' || lpad(n::text, 8, '0') else m.cause end",
}


async def make_book(database_url: str, loans: int, due_per_mille: int) -> None:
    """Fill an empty ledger with loans of six instalments as they stand on the evening before `CLOSED_ON`.

    Of a thousand `due_per_mille` have something due: a third is announced, a third falls due, a third gets overdue. So
    have three of the models, which stay in the book.
    """
    connection = await asyncpg.connect(database_url, server_settings=_SETTINGS)
    try:
        await _open_models(connection)
        await _close_until_eve(connection)
        await connection.execute("delete from outbox")
        await asyncio.gather(*(_copy_models(database_url, tables, loans, due_per_mille) for tables in _TABLES))
        # What autovacuum has done in any book that grew over time.
        await connection.execute("vacuum (analyze)", timeout=600)
    finally:
        await connection.close()


async def _open_models(connection: Connection) -> None:
    opened = [
        open_loan(
            LoanDisbursed(
                borrower_id=f"B-MODEL-{place}",
                loan_id=f"L-MODEL-{place}",
                principal_minor=600_000,
                currency="USD",
                annual_rate_percent=Decimal(12),
                number_of_instalments=INSTALMENTS,
                disbursed_on=_a_month_before(CLOSED_ON + timedelta(days=days)),
            )
        )
        for place, days in enumerate((*DUE_IN_DAYS, *_IDLE_IN_DAYS))
    ]
    await ProductStore().keep(connection, [shipped_products().named(None)])
    await store.insert_loans(connection, [new for new, _ in opened])
    await store.write_journal(connection, [booking for _, booking in opened])


async def _close_until_eve(connection: Connection) -> None:
    settings = Settings(clock="events")
    close = BusinessDateClose(settings, LedgerSettings(), SystemClock(), ProductStore())
    for before in _DAYS_BEFORE:
        await eventing_store.open_business_date(connection, settings.calendar_id, -1, CLOSED_ON - before)
        while await close(connection):
            pass


async def _copy_models(database_url: str, tables: Sequence[str], loans: int, due_per_mille: int) -> None:
    connection = await asyncpg.connect(database_url, server_settings=_SETTINGS)
    try:
        for table in tables:
            columns = await _columns(connection, table)
            values = ", ".join(_OWN_COLUMNS.get(name, f"m.{name}") for name in columns)
            await connection.execute(
                f"insert into {table} ({', '.join(columns)}) select {values} from generate_series(1, $1::int8) n"
                f" join {table} m on m.borrower_id = 'B-MODEL-' || ({_PLACE_OF_NUMBER})",
                loans,
                due_per_mille,
                timeout=600,
            )
    finally:
        await connection.close()


async def _columns(connection: Connection, table: str) -> Sequence[str]:
    rows = await connection.fetch(
        "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"
        " and attgenerated = '' order by attnum",
        table,
    )
    return [row[0] for row in rows]


def _a_month_before(day: date) -> date:
    return day.replace(month=day.month - 1)
