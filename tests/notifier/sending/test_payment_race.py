"""Payments told while reminders leave: none leaves once its payment is known."""

import asyncio
import random
from collections.abc import Awaitable, Sequence

from tests.notifier.borrowers.telling import opened, paid, registered
from tests.notifier.sending.post_office import PostOffice
from tests.notifier.sending.waiting import asked_for

RACES = 10_000
AT_ONCE = 200
PAID_TOGETHER = 20


async def test_no_reminder_leaves_after_its_payment_was_known_in_ten_thousand_races(office: PostOffice) -> None:
    office.places = 40
    office.sender = office.new_sender()
    chance = random.Random(20260306)
    paid_first: set[str] = set()
    for first in range(0, RACES, AT_ONCE):
        racing = [f"racer-{number:05}" for number in range(first, first + AT_ONCE)]
        await _begin(office, racing)
        shuffled = chance.sample(racing, AT_ONCE)
        payments = [_pay(office, shuffled[n : n + PAID_TOGETHER]) for n in range(0, AT_ONCE, PAID_TOGETHER)]
        found_waiting, _ = await asyncio.gather(_one_after_the_other(payments), office.send())
        paid_first |= found_waiting
    status = {one["borrower_id"]: one["status"] for one in await office.messages()}
    left = {borrower_id for borrower_id, how in status.items() if how == "sent"}
    assert left & paid_first == set()
    assert left | paid_first == set(status)
    assert {status[one] for one in paid_first} == {"suppressed"}
    assert len(left) > RACES // 100
    assert len(paid_first) > RACES // 100
    assert sorted(one.borrower_id for one in office.counters["email"].given) == sorted(left)


async def _begin(office: PostOffice, racing: Sequence[str]) -> None:
    await office.notifier.take(*(registered(one, email=f"{one}@example.com") for one in racing))
    await office.notifier.take(*(opened(f"loan-of-{one}", one) for one in racing))
    await office.ask(*(asked_for(borrower_id=one, loan_id=f"loan-of-{one}") for one in racing))


async def _pay(office: PostOffice, payers: Sequence[str]) -> set[str]:
    """Tell payments in one transaction, and give those payers whose reminder had not left when it held its locks.

    Whoever marks a reminder as leaving locks the standing until it commits, and so does the payment: a reminder that
    the payment finds waiting, it has overtaken.
    """
    async with office.pool.acquire() as connection, connection.transaction():
        await office.notifier.take_on(connection, *(paid(f"loan-of-{one}", one) for one in sorted(payers)))
        rows = await connection.fetch(
            "select borrower_id from message where borrower_id = any($1::text[]) and status = 'queued'", list(payers)
        )
        return {row[0] for row in rows}


async def _one_after_the_other(payments: Sequence[Awaitable[set[str]]]) -> set[str]:
    found: set[str] = set()
    for payment in payments:
        found |= await payment
    return found
