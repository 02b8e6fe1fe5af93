"""Telling a fact of a borrower and letting a message to them leave: whoever commits first is seen by the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from random import Random
from typing import Any

import pytest

from services.eventing.database import Connection
from services.notifier.borrowers.address_store import UnusableAddress, mark_unusable
from services.notifier.borrowers.borrower import Borrower, Standing
from services.notifier.borrowers.contact_history_store import record_contacts, take_back_contacts
from services.notifier.borrowers.store import load_borrowers, lock_borrowers
from services.notifier.borrowers.wishes_store import ConsentGiven, add_consents, opt_in, opt_out
from tests.notifier.borrowers.telling import (
    BY_THE_CLOCK,
    KEYS,
    NOON,
    Notifier,
    call_made,
    hold_began,
    hold_ended,
    opened,
    opted_in,
    opted_out,
    paid,
    registered,
    relief_granted,
)

Telling = Callable[[Notifier, Connection], Awaitable[object]]
TELLINGS: dict[str, Telling] = {
    "a payment": lambda notifier, on: notifier.take_on(on, paid()),
    "a loan not known before": lambda notifier, on: notifier.take_on(on, opened("loan-2")),
    "a hold": lambda notifier, on: notifier.take_on(on, hold_began("hold-2")),
    "the end of a hold": lambda notifier, on: notifier.take_on(on, hold_ended()),
    "a relief": lambda notifier, on: notifier.take_on(on, relief_granted()),
    "another address": lambda notifier, on: notifier.take_on(on, registered(email="new@example.com")),
    "an opt-out": lambda notifier, on: opt_out(on, [opted_out("email")]),
    "an opt-in": lambda notifier, on: opt_in(on, [opted_in("sms")]),
    "a consent": lambda notifier, on: add_consents(on, [ConsentGiven("borrower-1", "loan-1", NOON)]),
    "a conversation": lambda notifier, on: record_contacts(on, [call_made("call-2")]),
    "a contact taken back": lambda notifier, on: take_back_contacts(on, [("borrower-1", "call-1")]),
    "a bounce": lambda notifier, on: mark_unusable(on, [UnusableAddress("borrower-1", "email", "bounced", NOON)]),
}
PAID = Standing(date(2026, 4, 5), settled=False)
every_telling = pytest.mark.parametrize("telling", TELLINGS.values(), ids=list(TELLINGS))


@pytest.fixture
async def ada(notifier: Notifier) -> Notifier:
    """A notifier that knows a borrower with a loan, a hold, an opt-out and a conversation."""
    await notifier.take(registered(email="ada@example.com"), opened(), hold_began())
    async with notifier.pool.acquire() as connection:
        await opt_out(connection, [opted_out("sms")])
        await record_contacts(connection, [call_made("call-1")])
    return notifier


@asynccontextmanager
async def begun(notifier: Notifier) -> AsyncIterator[Connection]:
    """A transaction that commits at the end of the block."""
    async with notifier.pool.acquire() as connection, connection.transaction():
        yield connection


async def is_waiting(notifier: Notifier, connection: Connection, task: "asyncio.Task[object]") -> bool:
    """Whether a task waits for another's lock, once it either does or has ended."""
    process = connection.get_server_pid()
    while not task.done():
        if await notifier.pool.fetchval("select cardinality(pg_blocking_pids($1)) > 0", process):
            return True
    return False


def what_is_told_about(borrower: Borrower) -> tuple[object, ...]:
    return (
        borrower.contact, borrower.standings, borrower.holds, borrower.opt_outs, borrower.consents, borrower.history,
        borrower.is_vulnerable, borrower.unusable_channels,
    )  # fmt: skip


@every_telling
async def test_what_is_told_first_is_seen_by_what_leaves(telling: Telling, ada: Notifier) -> None:
    before = await ada.known()
    async with ada.pool.acquire() as sending, sending.transaction():
        async with begun(ada) as told:
            await telling(ada, told)
            leaving = asyncio.create_task(ada.known_on(sending, for_sending=True))
            assert await is_waiting(ada, sending, leaving)
        assert what_is_told_about(await leaving) != what_is_told_about(before)


@every_telling
async def test_what_is_told_later_waits_for_what_leaves(telling: Telling, ada: Notifier) -> None:
    async with ada.pool.acquire() as told, told.transaction():
        async with begun(ada) as sending:
            await ada.known_on(sending, for_sending=True)
            task = asyncio.ensure_future(telling(ada, told))
            assert await is_waiting(ada, told, task)
        await task


async def test_reading_for_another_reason_waits_for_nobody(ada: Notifier) -> None:
    async with begun(ada) as sending:
        await ada.known_on(sending, for_sending=True)
        async with begun(ada) as reading:
            assert (await ada.known_on(reading, for_sending=False)).contact is not None


async def test_what_is_told_of_another_borrower_does_not_wait(ada: Notifier) -> None:
    await ada.take(registered("borrower-2"), opened("loan-2", "borrower-2"))
    async with begun(ada) as sending:
        await ada.known_on(sending, for_sending=True)
        async with begun(ada) as told:
            await ada.take_on(told, paid("loan-2", "borrower-2"), hold_began(borrower_id="borrower-2"))


class RegistersAfterTheLocks:
    """A connection beside which a borrower is registered as soon as the borrowers known so far are locked."""

    def __init__(self, connection: Connection, notifier: Notifier) -> None:
        self._connection = connection
        self._notifier = notifier

    async def fetch(self, statement: str, *parameters: object) -> Any:
        """The rows; after those that are locked first, the registration."""
        rows = await self._connection.fetch(statement, *parameters)
        if "from borrower " in statement:
            await self._notifier.take(registered())
        return rows


async def test_who_was_not_there_to_be_locked_is_not_known_to_what_leaves(notifier: Notifier) -> None:
    async with begun(notifier) as sending:
        raced = RegistersAfterTheLocks(sending, notifier)
        assert (await notifier.known_on(raced, for_sending=True)).contact is None


async def test_a_payment_and_a_message_never_both_miss_each_other(notifier: Notifier) -> None:
    """Of a payment and a reminder that race, one sees the other, whichever commits first."""
    await notifier.pool.execute("create table left_house (loan_id text)")
    rounds = 200
    loans = [f"loan-{number}" for number in range(rounds)]
    await notifier.take(registered(), *(opened(loan_id) for loan_id in loans[::2]))

    async def payment(loan_id: str) -> bool:
        async with begun(notifier) as told:
            await notifier.take_on(told, paid(loan_id))
            return bool(await told.fetchval("select exists (select from left_house where loan_id = $1)", loan_id))

    async def reminder(loan_id: str) -> bool:
        async with begun(notifier) as sending:
            standing = (await notifier.known_on(sending, for_sending=True)).standings.get(loan_id)
            if standing == PAID:
                return True
            await sending.execute("insert into left_house values ($1)", loan_id)
            return False

    for loan_id in loans:
        saw = await asyncio.gather(payment(loan_id), reminder(loan_id))
        assert sorted(saw) == [False, True], loan_id


async def test_many_at_once_never_wait_for_each_other_in_a_circle(notifier: Notifier) -> None:
    borrowers = [f"borrower-{number}" for number in range(30)]
    await notifier.take(*(registered(one) for one in borrowers), *(opened(f"of-{one}", one) for one in borrowers))
    notifier.told = 1_000_000
    random = Random(7)

    def some() -> list[str]:
        return random.sample(borrowers, 20)

    async def tell() -> None:
        for _ in range(25):
            async with begun(notifier) as told:
                events = [paid(f"of-{one}", one) for one in some()] + [opened(f"new-{one}", one) for one in some()]
                await notifier.take_on(told, *events, *(hold_began(borrower_id=one) for one in some()))

    async def send() -> None:
        for _ in range(25):
            async with begun(notifier) as sending:
                await load_borrowers(sending, KEYS, some(), NOON, BY_THE_CLOCK, for_sending=True)

    async def note() -> None:
        for _ in range(25):
            async with begun(notifier) as noting:
                await lock_borrowers(noting, [*some(), f"borrower-{random.randrange(1000)}"])

    await asyncio.gather(tell(), tell(), send(), note())
