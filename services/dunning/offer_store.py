"""The SQL of offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import asyncpg
from pydantic import TypeAdapter

from schemas.offers import OfferedInstalment, OfferedPlan
from services.dunning.current_instalments import total_minor
from services.dunning.kept_schedule import KeptSchedule
from services.dunning.offers.means import ObservedPayment
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent
from services.eventing.store import write_outbox

Key = tuple[str, str]
_PLANS: Final = TypeAdapter(tuple[OfferedPlan, ...])
_INSTALMENTS: Final = TypeAdapter(tuple[OfferedInstalment, ...])
_OBSERVED_DAYS: Final = 400
_COLUMNS: Final = (
    "borrower_id, offer_id, loan_id, currency, made_on, expires_on, rule, plans::text, status, plan_id,"
    " current_instalments::text, sequence"
)


@dataclass(frozen=True, slots=True)
class KeptOffer:
    """An offer as it was put to the borrower, and what became of it.

    `current_instalments` are what the borrower would pay without a plan; None where that was not kept. `sequence` is
    that of the newest event told of it.
    """

    borrower_id: str
    offer_id: str
    loan_id: str
    currency: str
    made_on: date
    expires_on: date
    rule: str
    plans: tuple[OfferedPlan, ...]
    status: str
    plan_id: str | None
    current_instalments: tuple[OfferedInstalment, ...] | None = None
    sequence: int = 1

    @property
    def current_total_cost_minor(self) -> int | None:
        """All that the borrower would pay without a plan, to compare with the total cost of one."""
        return None if self.current_instalments is None else total_minor(self.current_instalments)


async def load_schedules(connection: Connection, keys: Sequence[Key]) -> dict[Key, KeptSchedule]:
    """What is kept of loans' schedules, of those whose terms the ledger told."""
    if not keys:
        return {}
    rows = await connection.fetch(
        "select borrower_id, loan_id, terms::text, instalments::text from loan where terms is not null"
        " and (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[1]): KeptSchedule(row[2], row[3]) for row in rows}


async def load_observed_payments(
    connection: Connection, keys: Sequence[Key], on: date
) -> dict[Key, tuple[ObservedPayment, ...]]:
    """What was paid for loans in the last year and a bit."""
    rows = await connection.fetch(
        "select borrower_id, loan_id, value_date, allocated_minor from payment where reversed_on is null"
        " and value_date > $3 and (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))"
        " order by value_date, payment_id",
        [key[0] for key in keys],
        [key[1] for key in keys],
        on - timedelta(days=_OBSERVED_DAYS),
    )
    found: dict[Key, list[ObservedPayment]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(ObservedPayment(row[2], row[3]))
    return {key: tuple(payments) for key, payments in found.items()}


async def loans_with_open_offers(connection: Connection, keys: Sequence[Key]) -> set[Key]:
    """Those of the loans to which an offer is open."""
    rows = await connection.fetch(
        "select borrower_id, loan_id from offer where status = 'open' and (borrower_id, loan_id) in"
        " (select * from unnest($1::text[], $2::text[]))",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[1]) for row in rows}


async def keep_offer(connection: Connection, offer: KeptOffer) -> bool:
    """Keep an offer; False when one of this id is known."""
    status = await connection.execute(
        "insert into offer (borrower_id, offer_id, loan_id, currency, made_on, expires_on, rule, plans,"
        " current_instalments) values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb) on conflict do nothing",
        offer.borrower_id, offer.offer_id, offer.loan_id, offer.currency, offer.made_on, offer.expires_on, offer.rule,
        _PLANS.dump_json(offer.plans).decode(),
        None if offer.current_instalments is None else _INSTALMENTS.dump_json(offer.current_instalments).decode(),
    )  # fmt: skip
    return bool(status == "INSERT 0 1")


async def lock_offer(connection: Connection, borrower_id: str, offer_id: str) -> KeptOffer | None:
    """An offer, locked until the transaction ends; None if it is not one to this borrower."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from offer where borrower_id = $1 and offer_id = $2 for update", borrower_id, offer_id
    )
    return None if row is None else _offer(row)


async def offers_of(connection: Connection, borrower_id: str) -> list[KeptOffer]:
    """All offers to a borrower, newest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from offer where borrower_id = $1 order by made_on desc, offer_id", borrower_id
    )
    return [_offer(row) for row in rows]


async def save_fate(connection: Connection, offer: KeptOffer, on: date) -> None:
    """Write what became of an offer on a day: its status, the accepted plan, and its sequence."""
    await connection.execute(
        "update offer set status = $3::text::offer_status, plan_id = $4, sequence = $5, closed_on = $6"
        " where borrower_id = $1 and offer_id = $2",
        offer.borrower_id, offer.offer_id, offer.status, offer.plan_id, offer.sequence,
        None if offer.status == "open" else on,
    )  # fmt: skip


async def has_accepted_since(connection: Connection, offer: KeptOffer) -> bool:
    """Whether a plan of another offer for the loan, made no earlier, was accepted."""
    return bool(await connection.fetchval(
        "select exists (select from offer where borrower_id = $1 and loan_id = $2 and offer_id <> $3"
        " and status = 'accepted' and made_on >= $4)",
        offer.borrower_id, offer.loan_id, offer.offer_id, offer.made_on,
    ))  # fmt: skip


async def withdraw_open(connection: Connection, keys: Sequence[Key], on: date) -> list[KeptOffer]:
    """Close what is open for these loans; their sequences move on."""
    rows = await connection.fetch(
        "update offer set status = 'withdrawn', closed_on = $3, sequence = sequence + 1 where status = 'open'"
        f" and (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[])) returning {_COLUMNS}",
        [key[0] for key in keys],
        [key[1] for key in keys],
        on,
    )
    return [_offer(row) for row in rows]


async def expire_offers(connection: Connection, on: date, limit: int) -> list[KeptOffer]:
    """Close offers whose last day is before `on`; their sequences move on."""
    rows = await connection.fetch(
        "update offer o set status = 'expired', closed_on = $1, sequence = o.sequence + 1"
        " from (select borrower_id, offer_id from offer where status = 'open' and expires_on < $1"
        " order by expires_on, borrower_id, offer_id limit $2 for update skip locked) due"
        " where o.borrower_id = due.borrower_id and o.offer_id = due.offer_id"
        f" returning {', '.join('o.' + name.strip() for name in _COLUMNS.split(','))}",
        on,
        limit,
    )
    return [_offer(row) for row in rows]


async def queue(connection: Connection, events: Sequence[OutgoingEvent]) -> None:
    """Queue events for the relay."""
    await write_outbox(connection, events)


def _offer(row: asyncpg.Record) -> KeptOffer:
    return KeptOffer(
        borrower_id=row[0], offer_id=row[1], loan_id=row[2], currency=row[3], made_on=row[4], expires_on=row[5],
        rule=row[6], plans=_PLANS.validate_json(row[7]), status=row[8], plan_id=row[9],
        current_instalments=None if row[10] is None else _INSTALMENTS.validate_json(row[10]), sequence=row[11],
    )  # fmt: skip
