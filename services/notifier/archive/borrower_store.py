"""The SQL of reading what is kept of a borrower."""

import json

import asyncpg

from services.eventing.database import Connection
from services.notifier.archive.borrower_records import (
    BorrowerRecord,
    ConsentRecord,
    ContactMadeRecord,
    ContactRecord,
    ErasureRecord,
    HoldRecord,
    LoanRecord,
    OptOutRecord,
    ReliefRecord,
    UnusableAddressRecord,
)
from services.notifier.borrowers.contact_seal import open_contact
from services.notifier.sealing.key_ring import KeyRing


async def is_known(connection: Connection, borrower_id: str) -> bool:
    """Whether anything was ever told of a borrower."""
    return (
        await connection.fetchval(
            "select exists (select from borrower where borrower_id = $1)"
            " or exists (select from message where borrower_id = $1)",
            borrower_id,
        )
        is True
    )


async def borrower_record(connection: Connection, borrower_id: str) -> BorrowerRecord:
    """What is known of a borrower without who they are."""

    async def rows(columns: str, table: str, order: str) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await connection.fetch(
            f"select {columns} from {table} where borrower_id = $1 order by {order}", borrower_id
        )
        return found

    return BorrowerRecord(
        borrower_id=borrower_id,
        is_registered=bool(await rows("borrower_id", "contact", "1")),
        loans=tuple(
            LoanRecord(**row) for row in await rows("loan_id, oldest_unpaid_due_on, settled", "loan_standing", "1")
        ),
        holds=tuple(
            HoldRecord(**row)
            for row in await rows(
                "hold_id, nullif(loan_id, '') as loan_id, reason, stops_contact, from_on, to_on, is_over",
                "contact_hold", "hold_id, loan_id",
            )
        ),
        reliefs=tuple(ReliefRecord(**row) for row in await rows("relief_id, is_over", "relief", "1")),
        opt_outs=tuple(
            OptOutRecord(**row)
            for row in await rows(
                "nullif(channel, '') as channel, nullif(purpose, '') as purpose, opted_out_at, source",
                "opt_out", "opted_out_at, channel, purpose",
            )
        ),
        consents=tuple(ConsentRecord(**row) for row in await rows("loan_id, given_at, until", "consent", "2, 1")),
        unusable_addresses=tuple(
            UnusableAddressRecord(**row) for row in await rows("channel, reason, since", "unusable_address", "1")
        ),
        erasures=tuple(
            ErasureRecord(**{**row, "counts": json.loads(row["counts"])})
            for row in await rows("erased_at, kind, reason, actor, counts::text", "erasure", "1")
        ),
    )  # fmt: skip


async def contact_record(connection: Connection, keys: KeyRing, borrower_id: str) -> ContactRecord | None:
    """Who a borrower is; None if that is not kept. Raises SealBroken."""
    row = await connection.fetchrow(
        "select sealed, name, email, phone, language, time_zone, other_time_zones, phone_time_zones, registered_at"
        " from contact where borrower_id = $1",
        borrower_id,
    )
    if row is None:
        return None
    places = {
        name: row[name] for name in ("language", "time_zone", "other_time_zones", "phone_time_zones", "registered_at")
    }
    if row["sealed"] is None:
        plain = {name: row[name] for name in ("name", "email", "phone")}
        return ContactRecord(**plain, date_of_birth=None, identity_ending=None, **places)
    contact = open_contact(keys, borrower_id, row["sealed"], row["language"])
    return ContactRecord(
        name=contact.name, email=contact.email, phone=contact.phone, date_of_birth=contact.date_of_birth,
        identity_ending=contact.identity_ending, **places,
    )  # fmt: skip


async def contacts_made(connection: Connection, borrower_id: str) -> list[ContactMadeRecord]:
    """Every contact that was made with a borrower, oldest first."""
    rows = await connection.fetch(
        "select contact_id, made_at, channel, loan_id, outcome, recipient, is_by_borrower from contact_made"
        " where borrower_id = $1 order by made_at, contact_id",
        borrower_id,
    )
    return [ContactMadeRecord(**row) for row in rows]


async def borrowers_found(connection: Connection, column: str, digest: bytes, after: str, limit: int) -> list[str]:
    """Borrowers whose contact data has this digest in a column of `contact`, in order, after one of them."""
    rows = await connection.fetch(
        f"select borrower_id from contact where {column} = $1 and borrower_id > $2 order by borrower_id limit $3",
        digest, after, limit,
    )  # fmt: skip
    return [row[0] for row in rows]
