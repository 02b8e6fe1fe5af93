"""The notifier's reaction to a batch of events, on a real database."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from schemas.dunning import ReminderRequested
from schemas.ledger import BusinessDateCompleted
from schemas.templates import TEMPLATES
from schemas.values import ComponentAmounts, EventData
from services.eventing.batch import Outcome
from services.eventing.clock import FixedClock
from services.eventing.database import Pool
from services.eventing.envelope import read_record
from services.notifier.handlers import NotifierHandler
from tests.dunning_api.loans import opened as began
from tests.eventing.test_statement_count import CountingConnection
from tests.notifier.borrowers.telling import (
    KEYS,
    NOON,
    hold_began,
    notifier_pool,
    numbered,
    opened,
    paid,
    registered,
    relief_granted,
)
from tests.notifier.pages.offers import offer_made


@pytest.fixture
async def pool(fresh_database: str) -> AsyncIterator[Pool]:
    """The database of a notifier that knows nobody."""
    async with notifier_pool(fresh_database) as pool:
        yield pool


def reminder(template: str = "upcoming", borrower_id: str = "borrower-1") -> ReminderRequested:
    return ReminderRequested(
        borrower_id=borrower_id, loan_id="loan-1", business_date=date(2026, 3, 6), days_past_due=1,
        policy_version="policy-1", reminder_id=f"{borrower_id}:20260305:{template}", step_id=template,
        template=template, channels=("email", "sms"), currency="EUR", due_on=date(2026, 3, 5),
        amounts=ComponentAmounts(principal_minor=10_000, interest_minor=0, fee_minor=0, penalty_minor=0),
    )  # fmt: skip


async def handled(pool: Pool, *events: EventData, asked: list[str] | None = None) -> Outcome:
    handler = NotifierHandler(KEYS, FixedClock(NOON), digest_window=timedelta(0))
    received = [read_record(numbered(one, offset + 1, offset)) for offset, one in enumerate(events)]
    async with pool.acquire() as connection, connection.transaction():
        counting = CountingConnection(connection, [] if asked is None else asked)
        return await handler(counting, received)


async def statuses(pool: Pool) -> list[str]:
    return [row[0] for row in await pool.fetch("select status from message order by borrower_id, notification_id")]


async def test_every_kind_of_message_is_queued(pool: Pool) -> None:
    await handled(pool, registered(), *(reminder(template) for template in TEMPLATES))
    queued = await pool.fetch("select template from message where status = 'queued'")
    assert sorted(row[0] for row in queued) == sorted(TEMPLATES)


async def test_a_message_that_there_are_no_words_for_is_refused_alone(pool: Pool) -> None:
    outcome = await handled(pool, registered(), reminder("upcoming"), reminder("greeting"))
    assert await statuses(pool) == ["queued"]
    assert [(one.reason.code, one.reason.value) for one in outcome.rejected] == [("unknown-template", "greeting")]


async def test_a_reminder_waits_for_the_borrower_to_be_registered(pool: Pool) -> None:
    await handled(pool, reminder())
    assert await statuses(pool) == ["waiting_for_contact"]
    await handled(pool, registered())
    assert await statuses(pool) == ["queued"]


async def test_a_registration_that_is_refused_releases_nothing(pool: Pool) -> None:
    await handled(pool, reminder())
    outcome = await handled(pool, registered(time_zone="Mars/Olympus"))
    assert [one.reason.code for one in outcome.rejected] == ["unknown-time-zone"]
    assert await statuses(pool) == ["waiting_for_contact"]


async def test_an_offer_is_kept_and_told(pool: Pool) -> None:
    await handled(pool, registered(), offer_made())
    assert await pool.fetchval("select template from message") == "offer"


async def test_a_large_batch_takes_as_many_statements_as_a_small_one(pool: Pool) -> None:
    def told_of(borrowers: range) -> list[EventData]:
        events: list[EventData] = []
        for number in borrowers:
            borrower_id = f"borrower-{number}"
            events += [
                registered(borrower_id), opened(f"of-{number}", borrower_id), paid(f"of-{number}", borrower_id),
                hold_began(borrower_id=borrower_id), relief_granted(borrower_id=borrower_id),
                reminder(borrower_id=borrower_id),
            ]  # fmt: skip
        return [*events, BusinessDateCompleted(business_date=date(2026, 3, 6))]

    small: list[str] = []
    large: list[str] = []
    await handled(pool, *told_of(range(2)), asked=small)
    await handled(pool, *told_of(range(2, 102)), asked=large)
    assert await pool.fetchval("select count(*) from message") == 102
    assert len(large) == len(small), "\n".join(large)


async def test_standings_of_known_loans_take_one_statement(pool: Pool) -> None:
    await handled(pool, opened())
    asked: list[str] = []
    await handled(pool, paid(), asked=asked)
    assert len(asked) == 1, "\n".join(asked)


async def test_loans_that_begin_are_kept_at_the_first_attempt(pool: Pool) -> None:
    asked: list[str] = []
    await handled(pool, *(began(date(2026, 3, 6), f"loan-{number}") for number in range(3)), asked=asked)
    assert len([statement for statement in asked if "loan_standing" in statement]) == 1, "\n".join(asked)


async def test_a_loan_whose_beginning_was_not_told_is_kept_all_the_same(pool: Pool) -> None:
    await handled(pool, began(date(2026, 3, 6), "loan-1"), paid("loan-2", "borrower-2"), opened("loan-3"))
    kept = await pool.fetch("select loan_id from loan_standing order by loan_id")
    assert [row[0] for row in kept] == ["loan-1", "loan-2", "loan-3"]
