"""Retention on a real database: in lots, day by day, what is over its time goes and the rest stays."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from services.eventing.clock import FixedClock
from services.eventing.database import Pool, migrate
from services.notifier.archive.retention_work import Retention
from services.notifier.contact_rules.documents import parse_rule_set
from services.notifier.contact_rules.rule_sets import RuleSets, shipped_rule_sets
from services.notifier.sealing.key_ring import KeyRing
from tests.notifier.archive.kept import BORROWER, LOAN, SECRETS, KeptBorrower

KEYS: Final = KeyRing.parse(f"k1:{base64.b64encode(bytes(32)).decode()}", base64.b64encode(bytes(range(32))).decode())
THEN: Final = datetime(2021, 3, 1, tzinfo=UTC)
THREE_YEARS_LATER: Final = datetime(2024, 3, 2, tzinfo=UTC)
SIX_YEARS_LATER: Final = datetime(2027, 3, 3, tzinfo=UTC)
SILENT_RULES: Final = """\
name: silent
version: silent-1
in_force_from: 2026-01-01
rules:
  - {id: opt-out, kind: opt-out, clause: none, source: ours, primary_text_read: true}
"""


@pytest.fixture
async def pool(fresh_database: str) -> AsyncIterator[Pool]:
    await migrate(fresh_database, "notifier")
    async with asyncpg.create_pool(fresh_database, min_size=1, server_settings={"search_path": "notifier"}) as pool:
        yield pool


@pytest.fixture
def kept(pool: Pool) -> KeptBorrower:
    return KeptBorrower(pool, KEYS)


async def work(pool: Pool, at: datetime, rules: str = "US", borrowers_at_once: int = 200) -> int:
    """Let retention work at a moment until it has nothing to do; returns how many steps had more to do."""
    step = Retention(shipped_rule_sets(), rules, FixedClock(at), borrowers_at_once)
    async with pool.acquire() as connection:
        steps = 0
        while await step(connection):
            steps += 1
    return steps


async def secrets_kept(kept: KeptBorrower) -> list[str]:
    """What still tells who the borrower is."""
    text = await kept.everything_kept()
    return [secret for secret in SECRETS if secret in text]


async def test_after_the_years_of_the_rules_everything_that_tells_of_the_borrower_is_gone(
    pool: Pool, kept: KeptBorrower
) -> None:
    await kept.everything(settled=True, at=THEN)
    await pool.execute("update agent_call set status = 'done', ended_at = asked_at")
    await work(pool, THEN + timedelta(days=1))
    assert await secrets_kept(kept) == list(SECRETS)
    await work(pool, THREE_YEARS_LATER + timedelta(days=1))
    assert await secrets_kept(kept) == []


async def test_what_remains_are_ids_times_rules_and_what_was_erased(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await work(pool, THEN)
    await work(pool, THREE_YEARS_LATER)
    messages = await pool.fetch("select notification_id, status, decision ->> 'rule' from message order by 1")
    assert [tuple(row) for row in messages] == [
        ("N:reminder-1", "sent", None), ("N:reminder-2", "suppressed", "opt-out"),
    ]  # fmt: skip
    row = await pool.fetchrow("select kind, reason, actor, counts ->> 'messages' from erasure")
    assert row is not None
    assert tuple(row) == ("retention", "3 years after the last activity: 12 CFR 1006.100(a)", "retention", "2")
    assert await pool.fetchval("select count(*) from contact_made") == 0


async def test_the_rules_of_each_country_keep_records_for_their_own_time(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await work(pool, THEN)
    await work(pool, THREE_YEARS_LATER, "UK")
    assert await secrets_kept(kept) == list(SECRETS)
    await work(pool, SIX_YEARS_LATER, "UK")
    assert await pool.fetchval("select count(*) from contact") == 0


async def test_rules_that_say_nothing_of_records_let_nothing_be_erased(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    rule_sets = RuleSets([parse_rule_set(SILENT_RULES, "silent.yaml")])
    step = Retention(rule_sets, "silent", FixedClock(SIX_YEARS_LATER))
    async with pool.acquire() as connection:
        assert not await step(connection)
        assert (await step.planned(connection)).latest is None
    assert await secrets_kept(kept) == list(SECRETS)


async def test_an_open_loan_keeps_the_borrower_and_lets_an_old_one_go(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await kept.loan("loan-2")
    await kept.sent("N:other", loan_id="loan-2", at=THEN)
    await work(pool, THEN)
    await work(pool, THREE_YEARS_LATER)
    sealed = await pool.fetch("select notification_id from message where sealed is not null")
    assert [row[0] for row in sealed] == ["N:other"]
    assert await pool.fetchval("select count(*) from contact") == 1
    assert await pool.fetchval("select count(*) from receipt") == 1


async def test_time_runs_from_when_the_loan_was_seen_to_be_settled(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await work(pool, THREE_YEARS_LATER)
    assert await secrets_kept(kept) == list(SECRETS)
    assert await pool.fetchval("select ended_at from loan_end") == THREE_YEARS_LATER


async def test_a_loan_that_is_open_again_has_not_ended(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await work(pool, THEN)
    await kept.loan(settled=False)
    await work(pool, THREE_YEARS_LATER)
    assert await pool.fetchval("select count(*) from loan_end") == 0
    assert await secrets_kept(kept) == list(SECRETS)


async def test_borrowers_are_worked_through_in_lots(pool: Pool, kept: KeptBorrower) -> None:
    for number in range(7):
        await kept.contact(f"borrower-{number}", at=THEN)
    await work(pool, THEN)
    assert await work(pool, THREE_YEARS_LATER, borrowers_at_once=3) == 2
    assert await pool.fetchval("select count(*) from contact") == 0


async def test_it_looks_again_after_a_day(pool: Pool, kept: KeptBorrower) -> None:
    await kept.contact(at=THEN)
    clock = FixedClock(THREE_YEARS_LATER)
    step = Retention(shipped_rule_sets(), "US", clock)
    async with pool.acquire() as connection:
        await step(connection)
        await kept.contact("borrower-2", at=THEN)
        await step(connection)
        assert await pool.fetchval("select count(*) from contact") == 1
        clock.moment += timedelta(days=1)
        await step(connection)
    assert await pool.fetchval("select count(*) from contact") == 0


async def test_a_plan_tells_what_would_be_erased_and_changes_nothing(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await work(pool, THEN)
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        plan = await Retention(shipped_rule_sets(), "US", FixedClock(THREE_YEARS_LATER)).planned(connection)
    assert (plan.loans, plan.borrowers) == (1, 1)
    assert await secrets_kept(kept) == list(SECRETS)


async def test_other_borrowers_keep_what_is_theirs(pool: Pool, kept: KeptBorrower) -> None:
    await kept.everything(settled=True, at=THEN)
    await kept.contact("borrower-2", at=THREE_YEARS_LATER)
    await kept.loan(borrower_id="borrower-2")
    await kept.sent("N:other", borrower_id="borrower-2", loan_id=LOAN, at=THREE_YEARS_LATER)
    await work(pool, THEN)
    await work(pool, THREE_YEARS_LATER)
    left = await pool.fetch("select borrower_id from contact union all select borrower_id from message"
                            " where sealed is not null")  # fmt: skip
    assert {row[0] for row in left} == {"borrower-2"}
    assert await pool.fetchval("select count(*) from erasure where borrower_id = $1", BORROWER) == 1
