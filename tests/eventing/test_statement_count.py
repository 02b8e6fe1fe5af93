"""A batch costs the same number of statements whatever its size: round trips, not rows, are what is dear."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, cast

from schemas.payments import PaymentCaptured
from services.eventing.database import Connection, Pool
from tests.builders import loan_disbursed, payment_captured, record
from tests.eventing.partition import LedgerPartitions, ledger_pool

LOANS = [loan_disbursed(f"loan-{number}") for number in range(50)]
STATEMENTS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_records_to_table", "prepare"}


class CountingPool:
    """A pool whose connections note every statement and copy that they are asked for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.asked: list[str] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["CountingConnection"]:
        """A connection of the pool that notes what it is asked for."""
        async with self._pool.acquire() as connection:
            yield CountingConnection(connection, self.asked)


class CountingConnection:
    """Passes everything on."""

    def __init__(self, connection: Connection, asked: list[str]) -> None:
        self._connection = connection
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._connection, name)
        if name not in STATEMENTS:
            return method

        def noted(statement: str, *rest: Any, **named: Any) -> Any:
            self._asked.append(f"{name} {statement}")
            return method(statement, *rest, **named)

        return noted


async def test_a_large_batch_of_payments_takes_as_many_statements_as_a_small_one(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        counting = CountingPool(pool)
        partitions = LedgerPartitions(cast(Pool, counting))
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        await _process_payments(partitions, range(1), first_offset=0)
        small = await _statements_of(counting, partitions, range(1, 11), first_offset=1)
        large = await _statements_of(counting, partitions, range(11, 511), first_offset=11)
        assert await pool.fetchval("select count(*) from payment") == 511
        assert len(large) == len(small) <= 16, "\n".join(large)


async def test_working_loans_out_anew_takes_a_fixed_number_of_statements_too(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        counting = CountingPool(pool)
        partitions = LedgerPartitions(cast(Pool, counting))
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        await _process_payments(partitions, range(1000, 1050), first_offset=0)
        small = await _statements_of(counting, partitions, range(500, 510), first_offset=50)
        large = await _statements_of(counting, partitions, range(200), first_offset=60)
        assert len(large) == len(small) <= 20, "\n".join(large)


async def test_a_batch_with_nothing_new_writes_nothing_but_its_position(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        counting = CountingPool(pool)
        partitions = LedgerPartitions(cast(Pool, counting))
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        await _process_payments(partitions, range(200), first_offset=0)
        repeated = await _statements_of(counting, partitions, range(200), first_offset=200)
        writing = [one for one in repeated if not one.startswith("fetch")]
        assert [one for one in writing if "consumer_position" not in one] == []


async def _statements_of(
    counting: CountingPool, partitions: LedgerPartitions, numbers: range, first_offset: int
) -> list[str]:
    """What PostgreSQL is asked for one batch of payments with these numbers."""
    counting.asked.clear()
    await _process_payments(partitions, numbers, first_offset)
    return list(counting.asked)


async def _process_payments(partitions: LedgerPartitions, numbers: range, first_offset: int) -> None:
    await partitions.process([record(_payment(number), first_offset + index) for index, number in enumerate(numbers)])


def _payment(number: int) -> PaymentCaptured:
    """Each counts a day after the one before."""
    value_date = date(2024, 1, 1) + timedelta(days=number)
    return payment_captured(f"payment-{number}", loan=LOANS[number % len(LOANS)], value_date=value_date)
