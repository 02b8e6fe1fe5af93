"""Closing the books on a real PostgreSQL: late bookings count in the open period, and a change is noticed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from services.ledger import period_close
from services.ledger.booked import Dating, Selection
from services.ledger.closed_periods import (
    AlreadyClosed,
    ClosedPeriod,
    DateNotCompleted,
    EarlierPeriodChanged,
    JournalBusy,
)
from services.ledger.journal_store import trial_balance
from tests.books.scene import LedgerInProcess, ledger_in_process
from tests.builders import loan_disbursed, payment_captured

LOAN = loan_disbursed()
IN_MARCH = payment_captured("in-march", value_date=date(2024, 3, 5), amount_minor=5_000)
LATE = payment_captured("late", value_date=date(2024, 2, 20), amount_minor=3_000)
END_OF_FEBRUARY, END_OF_MARCH = date(2024, 2, 29), date(2024, 3, 31)


@pytest.fixture
async def scene(fresh_database: str) -> AsyncIterator[LedgerInProcess]:
    async with ledger_in_process(fresh_database) as ledger:
        await ledger.tell(LOAN)
        await ledger.tell(payment_captured("in-february"))
        await ledger.complete(END_OF_FEBRUARY)
        yield ledger


async def close(scene: LedgerInProcess, through: date) -> ClosedPeriod:
    async with scene.connected() as connection:
        return await period_close.close_period(connection, "default", through, "ada")


async def unchanged(scene: LedgerInProcess) -> list[bool]:
    async with scene.connected() as connection:
        return [checked.is_unchanged async for checked in period_close.check_periods(connection)]


async def test_a_late_payment_counts_on_its_value_date_and_is_booked_in_the_open_period(scene: LedgerInProcess) -> None:
    await close(scene, END_OF_FEBRUARY)
    await scene.tell(LATE)
    (late,) = [one for one in await scene.journal() if one.cause == "late"]
    assert (late.value_date, late.booked_on) == (LATE.value_date, date(2024, 3, 1))


async def test_what_counts_in_the_open_period_is_booked_on_its_value_date(scene: LedgerInProcess) -> None:
    await close(scene, END_OF_FEBRUARY)
    await scene.tell(IN_MARCH)
    (payment,) = [one for one in await scene.journal() if one.cause == "in-march"]
    assert payment.booked_on == IN_MARCH.value_date


async def test_the_closed_trial_balance_stays_and_the_one_by_value_date_moves(scene: LedgerInProcess) -> None:
    await close(scene, END_OF_FEBRUARY)
    closed, counted = Selection(END_OF_FEBRUARY, Dating.BOOKED_ON), Selection(END_OF_FEBRUARY)
    async with scene.connected() as connection:
        before = await trial_balance(connection, closed)
        await scene.tell(LATE)
        assert await trial_balance(connection, closed) == before != await trial_balance(connection, counted)


async def test_periods_follow_one_another_and_stay_unchanged(scene: LedgerInProcess) -> None:
    february = await close(scene, END_OF_FEBRUARY)
    await scene.tell(IN_MARCH, LATE)
    await scene.complete(END_OF_MARCH)
    march = await close(scene, END_OF_MARCH)
    assert await unchanged(scene) == [True, True]
    total = await scene.pool.fetchval("select count(*) from posting")
    assert february.seal.postings + march.seal.postings == total
    assert (march.closed_by, march.calendar_id) == ("ada", "default")


async def test_a_period_is_closed_once(scene: LedgerInProcess) -> None:
    await close(scene, END_OF_FEBRUARY)
    with pytest.raises(AlreadyClosed):
        await close(scene, END_OF_FEBRUARY)


async def test_a_date_that_is_not_completed_keeps_its_period_open(scene: LedgerInProcess) -> None:
    with pytest.raises(DateNotCompleted):
        await close(scene, END_OF_MARCH)
    await scene.tell(LATE)
    (late,) = [one for one in await scene.journal() if one.cause == "late"]
    assert late.booked_on == LATE.value_date


@pytest.mark.parametrize(
    "forgery",
    ["update posting set amount_minor = amount_minor + 1 where number = 1",
     "delete from posting where number = 1",
     "update journal_transaction set cause = 'another' where number = 1",
     "insert into posting select borrower_id, loan_id, number, 99, debit, credit, 1, currency from posting limit 1"],
)  # fmt: skip
async def test_a_change_past_the_journals_own_refusal_is_found_and_nothing_is_closed_after_it(
    scene: LedgerInProcess, forgery: str
) -> None:
    await close(scene, END_OF_FEBRUARY)
    await scene.complete(END_OF_MARCH)
    async with scene.connected() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(forgery)
    assert await unchanged(scene) == [False]
    with pytest.raises(EarlierPeriodChanged):
        await close(scene, END_OF_MARCH)


async def test_a_closed_period_cannot_be_taken_back(scene: LedgerInProcess) -> None:
    await close(scene, END_OF_FEBRUARY)
    for statement in ("delete from closed_period", "update closed_period set sha256 = ''", "truncate closed_period"):
        with pytest.raises(asyncpg.RaiseError, match="stays closed"):
            await scene.pool.execute(statement)


async def test_a_payment_being_written_is_waited_for_and_belongs_to_the_period(scene: LedgerInProcess) -> None:
    async with scene.connected() as connection:
        writing = connection.transaction()
        await writing.start()
        await _write_transaction(connection)
        closing = asyncio.create_task(close(scene, END_OF_FEBRUARY))
        await asyncio.sleep(0.3)
        assert not closing.done()
        await writing.commit()
    period = await closing
    assert await unchanged(scene) == [True]
    assert period.seal.postings == await scene.pool.fetchval("select count(*) from posting")


async def test_a_payment_that_waits_while_the_books_close_is_booked_in_the_open_period(scene: LedgerInProcess) -> None:
    async with scene.connected() as closing, scene.connected() as paying:
        async with closing.transaction():
            await closing.execute(
                "alter table journal_transaction alter column booked_not_before set default date '2024-03-01'"
            )
            writing = asyncio.create_task(_write_transaction(paying))
            await asyncio.sleep(0.3)
            assert not writing.done()
        await writing
    (late,) = [one for one in await scene.journal() if one.cause == "written-by-hand"]
    assert late.booked_on == date(2024, 3, 1)


async def test_closing_gives_up_before_payments_wait_for_a_long_reader(
    scene: LedgerInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(period_close, "_FENCE_ATTEMPTS", 2)
    monkeypatch.setattr(period_close, "_FENCE_LOCK_SECONDS", 0.1)
    async with scene.connected() as reader, reader.transaction():
        await reader.fetchval("select count(*) from journal_transaction")
        with pytest.raises(JournalBusy):
            await close(scene, END_OF_FEBRUARY)
    assert (await close(scene, END_OF_FEBRUARY)).through == END_OF_FEBRUARY


async def _write_transaction(connection: asyncpg.Connection) -> None:
    """A transaction of February, by the same kind of statement as the ledger's own."""
    await connection.copy_records_to_table(
        "journal_transaction",
        columns=("borrower_id", "loan_id", "number", "kind", "cause", "value_date"),
        records=[(LOAN.borrower_id, LOAN.loan_id, 900, "payment", "written-by-hand", date(2024, 2, 10))],
    )
    await connection.copy_records_to_table(
        "posting",
        columns=("borrower_id", "loan_id", "number", "line", "debit", "credit", "amount_minor", "currency"),
        records=[(LOAN.borrower_id, LOAN.loan_id, 900, 0, 1, 9, 100, "EUR")],
    )
