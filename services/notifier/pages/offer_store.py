"""All SQL about offers as the notifier keeps them; what dunning told of one lies sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from schemas.offers import OfferMade
from services.eventing.database import Connection
from services.notifier.pages.kept_offer import ClosedReason, KeptOffer
from services.notifier.pages.second_factor import FactorKind
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.words.languages import Language

_COLUMNS = "borrower_id, sealed, status, closed_reason, plan_id, is_wish_refused, viewed_at"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was accepted: `shown` is the text of the exact terms and words that the page showed."""

    offer: OfferMade
    plan_id: str
    accepted_on: date
    accepted_at: datetime
    language: Language
    factor: FactorKind
    link_digest: bytes
    shown: bytes
    shown_sha256: bytes


async def keep_offers(connection: Connection, keys: KeyRing, offers: Sequence[tuple[OfferMade, int]]) -> list[str]:
    """Keep offers, each with the sequence of its event. Returns the ids of those not kept before.

    An offer told again while the borrower's wish is looked at stands as it was: no plan meets the wish.
    """
    newest = {(made.borrower_id, made.offer_id): (made, sequence) for made, sequence in offers}
    rows = [
        (made.borrower_id, made.offer_id, made.loan_id, made.currency, made.made_on, made.expires_on, sequence,
         keys.seal(made.borrower_id, made.model_dump_json().encode()))
        for _, (made, sequence) in sorted(newest.items())
    ]  # fmt: skip
    if not rows:
        return []
    kept = await connection.fetch(
        "insert into kept_offer as o (borrower_id, offer_id, loan_id, currency, made_on, expires_on, sequence, sealed,"
        " status)"
        " select n.*, 'open' from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[],"
        "  $7::int8[], $8::bytea[]) as n"
        " on conflict (borrower_id, offer_id) do update set sequence = excluded.sequence, sealed = excluded.sealed,"
        "  status = case o.status when 'countered' then 'open' else o.status end,"
        "  is_wish_refused = o.is_wish_refused or o.status = 'countered'"
        " where excluded.sequence > o.sequence"
        " returning offer_id, xmax = 0 as is_new",
        *zip(*rows, strict=True),
    )
    return [row["offer_id"] for row in kept if row["is_new"]]


async def close_offers(connection: Connection, rows: Sequence[tuple[str, str, ClosedReason]]) -> None:
    """Close offers, (borrower id, offer id, reason) each; one that dunning agreed to stays agreed.

    One that was accepted does not expire: dunning takes what was accepted in time, however late it hears of it.
    """
    await connection.execute(
        "update kept_offer o set status = 'closed', closed_reason = n.reason"
        " from unnest($1::text[], $2::text[], $3::text[]) as n (borrower_id, offer_id, reason)"
        " where o.borrower_id = n.borrower_id and o.offer_id = n.offer_id and o.status <> 'agreed'"
        " and not (o.status = 'accepted' and n.reason = 'expired')",
        *zip(*sorted(rows), strict=True),
    )


async def agree_offers(connection: Connection, rows: Sequence[tuple[str, str, str]]) -> None:
    """Dunning took the acceptance of offers, (borrower id, offer id, plan id) each."""
    await connection.execute(
        "update kept_offer o set status = 'agreed', closed_reason = null, plan_id = n.plan_id"
        " from unnest($1::text[], $2::text[], $3::text[]) as n (borrower_id, offer_id, plan_id)"
        " where o.borrower_id = n.borrower_id and o.offer_id = n.offer_id",
        *zip(*sorted(rows), strict=True),
    )


async def load_offers(
    connection: Connection, keys: KeyRing, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], KeptOffer]:
    """Offers by (borrower id, offer id)."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from kept_offer"
        " where (borrower_id, offer_id) in (select * from unnest($1::text[], $2::text[]))",
        *(zip(*wanted, strict=True) if wanted else ((), ())),
    )
    offers = [_kept(keys, row) for row in rows]
    return {(one.made.borrower_id, one.made.offer_id): one for one in offers}


async def newest_offer(connection: Connection, keys: KeyRing, borrower_id: str, loan_id: str) -> KeptOffer | None:
    """The newest offer for a loan: an open one if there is one."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from kept_offer where borrower_id = $1 and loan_id = $2"
        " order by status = 'open' desc, made_on desc, sequence desc, offer_id desc limit 1",
        borrower_id,
        loan_id,
    )
    return None if row is None else _kept(keys, row)


async def lock_offer(connection: Connection, keys: KeyRing, borrower_id: str, offer_id: str) -> KeptOffer | None:
    """An offer that nobody else changes before the transaction ends."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from kept_offer where borrower_id = $1 and offer_id = $2 for update", borrower_id, offer_id
    )
    return None if row is None else _kept(keys, row)


async def accept_offer(connection: Connection, keys: KeyRing, acceptance: Acceptance) -> None:
    """Mark a locked offer as accepted and keep what was accepted."""
    made = acceptance.offer
    await connection.execute(
        "update kept_offer set status = 'accepted', plan_id = $3 where borrower_id = $1 and offer_id = $2",
        made.borrower_id, made.offer_id, acceptance.plan_id,
    )  # fmt: skip
    await connection.execute(
        "insert into offer_acceptance (borrower_id, offer_id, loan_id, plan_id, accepted_on, accepted_at, language,"
        " factor, link_digest, shown_sha256, sealed_shown) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        made.borrower_id, made.offer_id, made.loan_id, acceptance.plan_id, acceptance.accepted_on,
        acceptance.accepted_at, acceptance.language, acceptance.factor, acceptance.link_digest,
        acceptance.shown_sha256, keys.seal(made.borrower_id, acceptance.shown),
    )  # fmt: skip


async def load_acceptance(
    connection: Connection, keys: KeyRing, borrower_id: str, offer_id: str
) -> tuple[date, str] | None:
    """When an offer was accepted on the page, and what was shown then; None if it was not accepted there, or if that
    was erased.
    """
    row = await connection.fetchrow(
        "select accepted_on, sealed_shown from offer_acceptance where borrower_id = $1 and offer_id = $2",
        borrower_id, offer_id,
    )  # fmt: skip
    if row is None or row["sealed_shown"] is None:
        return None
    return (row["accepted_on"], keys.open(borrower_id, row["sealed_shown"]).decode())


async def decline_offer(connection: Connection, borrower_id: str, offer_id: str) -> None:
    """Mark a locked offer as declined."""
    await connection.execute(
        "update kept_offer set status = 'closed', closed_reason = 'declined' where borrower_id = $1 and offer_id = $2",
        borrower_id, offer_id,
    )  # fmt: skip


async def counter_offer(connection: Connection, borrower_id: str, offer_id: str) -> None:
    """Mark a locked offer as waiting for dunning's answer to a wish."""
    await connection.execute(
        "update kept_offer set status = 'countered' where borrower_id = $1 and offer_id = $2", borrower_id, offer_id
    )


async def note_first_view(connection: Connection, borrower_id: str, offer_id: str, at: datetime) -> bool:
    """Note that an offer was looked at; True the first time."""
    status = await connection.execute(
        "update kept_offer set viewed_at = $3 where borrower_id = $1 and offer_id = $2 and viewed_at is null",
        borrower_id, offer_id, at,
    )  # fmt: skip
    return bool(status == "UPDATE 1")


async def loan_currency(connection: Connection, borrower_id: str, loan_id: str) -> str | None:
    """The currency of a loan, as offers or messages about it told; None if none did."""
    currency = await connection.fetchval(
        "select coalesce((select currency from kept_offer where borrower_id = $1 and loan_id = $2 limit 1),"
        " (select currency from message where borrower_id = $1 and loan_id = $2 limit 1))",
        borrower_id, loan_id,
    )  # fmt: skip
    return None if currency is None else str(currency)


def _kept(keys: KeyRing, row: asyncpg.Record) -> KeptOffer:
    return KeptOffer(
        OfferMade.model_validate_json(keys.open(row["borrower_id"], row["sealed"])),
        row["status"],
        row["closed_reason"],
        row["plan_id"],
        row["is_wish_refused"],
        row["viewed_at"],
    )
