"""Telling the notifier of borrowers, and asking what it knows, on a real database."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from aiokafka import ConsumerRecord

from schemas.borrower_answers import OptedIn, OptedOut, Purpose
from schemas.cases import HoldBegan, HoldEnded, ReliefEnded, ReliefGranted
from schemas.dunning import Channel
from schemas.hardship import HoldStop
from schemas.ledger import StandingChanged
from schemas.lending import BorrowerRegistered
from schemas.values import ComponentAmounts, EventData, LoanStanding
from services.eventing.batch import Outcome
from services.eventing.database import Connection, Pool, migrate
from services.eventing.envelope import read_record
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.contact_history_store import ContactMade
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.store import load_borrowers
from services.notifier.borrowers.taking import take_borrowers
from services.notifier.sealing.key_ring import KeyRing
from tests.builders import record

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)
"""Friday, 12:00 in Shanghai."""
KEYS = KeyRing.parse(f"k1:{base64.b64encode(bytes(32)).decode()}", base64.b64encode(bytes(range(32))).decode())
BY_THE_CLOCK = LenderCalendar("default", SHANGHAI, follows_events=False, default_zones=(SHANGHAI,))
BY_EVENTS = LenderCalendar("default", SHANGHAI, follows_events=True, default_zones=(SHANGHAI,))


@asynccontextmanager
async def notifier_pool(database_url: str) -> AsyncIterator[Pool]:
    """Several connections in the notifier's schema of a database."""
    await migrate(database_url, "notifier")
    async with asyncpg.create_pool(
        database_url,
        min_size=1,
        max_size=4,
        command_timeout=20,
        server_settings={
            "search_path": "notifier",
            "synchronous_commit": "off",
            "plan_cache_mode": "force_custom_plan",
        },
    ) as pool:
        yield pool


def numbered(data: EventData, sequence: int | None, offset: int = 0) -> ConsumerRecord:
    """An event as it comes from Kafka, with its number among those of its subject; it has only what was given."""
    come = record(data, offset)
    come.value = data.model_dump_json(exclude_unset=True).encode()
    if sequence is not None:
        come.headers = [*come.headers, ("ce_sequence", str(sequence).encode())]
    return come


@dataclass
class Notifier:
    """What a notifier took and knows; events are numbered in the order in which they are told."""

    pool: Pool
    calendar: LenderCalendar = BY_THE_CLOCK
    at: datetime = NOON
    told: int = field(default=0)

    async def take(self, *events: EventData, sequence: int | None = None) -> Outcome:
        """Tell events in one batch, in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await self.take_on(connection, *events, sequence=sequence)

    async def take_on(self, connection: Connection, *events: EventData, sequence: int | None = None) -> Outcome:
        """Tell events in a transaction that is open."""
        outcome = Outcome()
        records = []
        for event in events:
            self.told += 1
            records.append(numbered(event, sequence or self.told, self.told))
        await take_borrowers(connection, [read_record(one) for one in records], outcome, KEYS, self.at)
        return outcome

    async def known(self, borrower_id: str = "borrower-1", at: datetime | None = None) -> Borrower:
        """What is known of one borrower."""
        async with self.pool.acquire() as connection:
            return await self.known_on(connection, borrower_id, at, for_sending=False)

    async def known_on(
        self, connection: Connection, borrower_id: str = "borrower-1", at: datetime | None = None, *, for_sending: bool
    ) -> Borrower:
        """What is known of one borrower, read on an open connection."""
        at = at or self.at
        found = await load_borrowers(connection, KEYS, [borrower_id], at, self.calendar, for_sending=for_sending)
        return found[borrower_id]


def registered(borrower_id: str = "borrower-1", **told: Any) -> BorrowerRegistered:
    """A registration with what is told beside the name."""
    return BorrowerRegistered(**{"borrower_id": borrower_id, "name": "Ada Example", **told})


def opened(loan_id: str = "loan-1", borrower_id: str = "borrower-1") -> StandingChanged:
    """A loan whose instalment of 5 March is unpaid."""
    return _standing(loan_id, borrower_id, oldest_unpaid_due_on=date(2026, 3, 5))


def paid(loan_id: str = "loan-1", borrower_id: str = "borrower-1") -> StandingChanged:
    """The instalment of 5 March is paid; the next is that of 5 April."""
    return _standing(loan_id, borrower_id, oldest_unpaid_due_on=date(2026, 4, 5))


def _standing(loan_id: str, borrower_id: str, oldest_unpaid_due_on: date) -> StandingChanged:
    standing = LoanStanding(
        as_of=date(2026, 3, 6), principal_outstanding_minor=100_000, overdue=ComponentAmounts(),
        oldest_unpaid_due_on=oldest_unpaid_due_on, next_due_on=None, next_due=ComponentAmounts(), credit_minor=0,
        settled=False,
    )  # fmt: skip
    return StandingChanged(
        borrower_id=borrower_id, loan_id=loan_id, currency="EUR", standing=standing, reason="refund-paid",
        business_date=date(2026, 3, 6),
    )  # fmt: skip


def hold_began(
    hold_id: str = "hold-1",
    *,
    borrower_id: str = "borrower-1",
    loan_id: str | None = None,
    stops: tuple[HoldStop, ...] = ("contact",),
    from_on: date = date(2026, 3, 1),
    to_on: date | None = None,
) -> HoldBegan:
    """A dispute that stops contact."""
    return HoldBegan(
        borrower_id=borrower_id, business_date=from_on, policy_version="policy-1", hold_id=hold_id, loan_id=loan_id,
        reason="dispute", stops=stops, from_on=from_on, to_on=to_on,
    )  # fmt: skip


def hold_ended(hold_id: str = "hold-1", *, loan_id: str | None = None) -> HoldEnded:
    """A hold is over."""
    return HoldEnded(
        borrower_id="borrower-1", business_date=date(2026, 3, 6), policy_version="policy-1", hold_id=hold_id,
        loan_id=loan_id,
    )  # fmt: skip


def relief_granted(relief_id: str = "relief-1", *, borrower_id: str = "borrower-1") -> ReliefGranted:
    """Relief for a borrower who is ill."""
    return ReliefGranted(
        borrower_id=borrower_id, business_date=date(2026, 3, 6), policy_version="policy-1", relief_id=relief_id,
        reason="illness", review_on=date(2026, 6, 6), refers_to_emergency_reserve=False,
    )  # fmt: skip


def relief_ended(relief_id: str = "relief-1") -> ReliefEnded:
    """Relief is over."""
    return ReliefEnded(
        borrower_id="borrower-1", business_date=date(2026, 3, 6), policy_version="policy-1", relief_id=relief_id
    )


def opted_out(channel: Channel | None = None, purpose: Purpose | None = None, *, at: datetime = NOON) -> OptedOut:
    """The borrower wants no messages."""
    return OptedOut(borrower_id="borrower-1", channel=channel, purpose=purpose, opted_out_at=at, source="page")


def opted_in(channel: Channel | None = None, purpose: Purpose | None = None, *, at: datetime = NOON) -> OptedIn:
    """The borrower wants messages again."""
    return OptedIn(borrower_id="borrower-1", channel=channel, purpose=purpose, opted_in_at=at, source="page")


def call_made(contact_id: str = "call-1", *, borrower_id: str = "borrower-1", at: datetime = NOON) -> ContactMade:
    """A telephone conversation about a loan."""
    return ContactMade(borrower_id, contact_id, "loan-1", "call", "conversation", at)
