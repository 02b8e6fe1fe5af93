"""Closing a period: a fence against late bookings first, then the seal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final

import asyncpg

from services.eventing.database import Connection
from services.ledger import closed_period_store as store
from services.ledger.closed_periods import (
    CheckedPeriod,
    ClosedPeriod,
    JournalBusy,
    PeriodSeal,
    Seal,
    check_closing,
    check_unchanged,
)
from services.ledger.journal_store import snapshot
from services.ledger.store import completed_date

_FENCE_ATTEMPTS: Final = 10
_FENCE_LOCK_SECONDS: Final = 1.0
_FENCE_PAUSE_SECONDS: Final = 0.5


async def close_period(connection: Connection, calendar_id: str, through: date, closed_by: str) -> ClosedPeriod:
    """Close the books through a day. Raises a PeriodNotClosed that says why not; then nothing is closed.

    Between fence and seal the process may die: what is recorded then is booked in the next period already, and closing
    again finishes it.
    """
    async with _one_at_a_time(connection):
        closed = await store.closed_periods(connection)
        check_closing(through, calendar_id, await completed_date(connection, calendar_id), closed)
        async for checked in check_periods(connection):
            check_unchanged(checked)
        await _fence(connection, through + timedelta(days=1))
        before = closed[-1] if closed else None
        async with snapshot(connection):
            seal = await _seal(connection, before, through)
        return await store.insert(connection, calendar_id, through, closed_by, seal)


async def check_periods(connection: Connection) -> AsyncIterator[CheckedPeriod]:
    """Seal every closed period anew, the oldest first."""
    before: ClosedPeriod | None = None
    for period in await store.closed_periods(connection):
        async with snapshot(connection):
            found = await _seal(connection, before, period.through)
        yield CheckedPeriod(period, found)
        before = period


async def _seal(connection: Connection, before: ClosedPeriod | None, through: date) -> Seal:
    seal = PeriodSeal(before.seal.sha256 if before else "")
    async for postings in store.postings_booked(connection, before.through if before else None, through):
        seal.add(postings)
    return seal.seal()


async def _fence(connection: Connection, first_open_day: date) -> None:
    """Let everything recorded from now on be booked on `first_open_day` or later. Raises JournalBusy.

    Each attempt is short, as payments queue behind it.
    """
    for _ in range(_FENCE_ATTEMPTS):
        try:
            await store.book_not_before(connection, first_open_day, _FENCE_LOCK_SECONDS)
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(_FENCE_PAUSE_SECONDS)
        else:
            return
    raise JournalBusy(_FENCE_ATTEMPTS * (_FENCE_LOCK_SECONDS + _FENCE_PAUSE_SECONDS))


@asynccontextmanager
async def _one_at_a_time(connection: Connection) -> AsyncIterator[None]:
    await store.lock_closing(connection)
    try:
        yield
    finally:
        await store.unlock_closing(connection)
