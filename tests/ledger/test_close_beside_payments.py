"""A business date is closed while payments flow: neither waits for the other's loans, and no loan is left out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import pytest

from services.eventing import store as eventing_store
from services.eventing.clock import SystemClock
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.ledger import store
from services.ledger.business_date import BusinessDateClose
from services.ledger.product_store import ProductStore
from services.ledger.settings import LedgerSettings
from tests.builders import loan_disbursed, payment_captured, record
from tests.eventing.partition import LedgerPartitions, ledger_pool

DUE_ON = date(2024, 2, 1)
LOANS = [loan_disbursed(f"loan-{number:03}") for number in range(300)]
HELD = ("borrower-1", "loan-000")


@pytest.fixture
async def payments(fresh_database: str) -> AsyncIterator[LedgerPartitions]:
    """The ledger's reaction to records, on connections of its own; 300 loans are open and due on one day."""
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        yield partitions


@pytest.fixture
async def closing(payments: LedgerPartitions, fresh_database: str) -> AsyncIterator[Connection]:
    """The connection of the close, on a day that has begun."""
    async with connected(fresh_database) as connection:
        await eventing_store.open_business_date(connection, "default", -1, DUE_ON)
        yield connection


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[Connection]:
    """A connection that gives up after a second rather than wait for a lock."""
    settings = {"search_path": "ledger", "lock_timeout": "1s"}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


def close_of(loans_at_once: int) -> BusinessDateClose:
    settings = LedgerSettings(close_loans_at_once=loans_at_once)
    return BusinessDateClose(Settings(clock="events"), settings, SystemClock(), ProductStore())


async def left(connection: Connection) -> list[str]:
    rows = await connection.fetch("select loan_id from loan where next_action_on <= $1 order by 1", DUE_ON)
    return [row[0] for row in rows]


async def test_a_loan_that_a_payment_holds_is_closed_last_and_the_date_completed_after_it(
    closing: Connection, fresh_database: str
) -> None:
    close = close_of(loans_at_once=100)
    async with connected(fresh_database) as paying, paying.transaction():
        await store.load_loans(paying, [HELD])
        for _ in range(3):
            assert await close(closing)
        assert await left(closing) == ["loan-000"]
        with pytest.raises(asyncpg.LockNotAvailableError):
            await close(closing)
        assert await store.completed_date(closing, "default") is None
    while await close(closing):
        pass
    assert await left(closing) == []
    assert await store.completed_date(closing, "default") == DUE_ON


async def test_payments_on_other_loans_are_posted_while_loans_are_being_closed(
    closing: Connection, payments: LedgerPartitions
) -> None:
    async with closing.transaction():
        held, _ = await store.loans_to_close(closing, DUE_ON, 100, None)
        paid = [loan for loan in LOANS if ("borrower-1", loan.loan_id) not in {one.key for one in held}]
        records = [
            record(payment_captured(f"P-{loan.loan_id}", loan=loan, value_date=DUE_ON), offset)
            for offset, loan in enumerate(paid)
        ]
        async with asyncio.timeout(10):
            await payments.process(records)
    assert len(held) == 100
    assert await closing.fetchval("select count(*) from payment") == 200


async def test_every_loan_is_closed_and_every_payment_posted_when_both_go_on_at_once(
    closing: Connection, payments: LedgerPartitions
) -> None:
    close = close_of(loans_at_once=7)

    async def close_all() -> None:
        while await close(closing):
            await asyncio.sleep(0)

    async def pay_all() -> None:
        for start in range(0, 300, 20):
            await payments.process(
                [
                    record(payment_captured(f"P-{loan.loan_id}", loan=loan, value_date=DUE_ON), start + offset)
                    for offset, loan in enumerate(LOANS[start : start + 20])
                ]
            )

    await asyncio.gather(close_all(), pay_all())
    assert await left(closing) == []
    assert await store.completed_date(closing, "default") == DUE_ON
    assert await closing.fetchval("select count(*) from payment") == 300
    assert await closing.fetchval("select count(*) from journal_transaction where kind = 'interest-due'") == 300
    told = "select event_type, count(*)::int from outbox where event_type like '%repayment-due%' group by 1"
    assert 0 < dict(await closing.fetch(told))["amends.ledger.repayment-due.v1"] <= 300


async def test_a_close_that_failed_goes_back_to_what_it_left(
    closing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = close_of(loans_at_once=100)
    assert await close(closing)

    async def fail(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(store, "save_closed", fail)
        with pytest.raises(ConnectionResetError):
            await close(closing)
    while await close(closing):
        pass
    assert await left(closing) == []
    assert await closing.fetchval("select count(*) from journal_transaction where kind = 'interest-due'") == 300
