"""Reading what is known of borrowers, and the locks under which a message leaves.

A transaction that tells a fact of a borrower and one that lets a message to them leave exclude each other: whoever
commits first is seen by the other. Both lock in one order, so that they never wait for each other in a circle: first
rows of `borrower`, ascending, all at once; then rows of `loan_standing`, ascending. A transaction that tells facts of
several borrowers in several calls locks all of them first.

The next standing of a loan that is known locks the loan's row alone: it is told thousands of times a second.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Borrower, Standing
from services.notifier.borrowers.borrower_rows import contact_of, hold_of, opt_out_of, past_contact_of, zones_of
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.contact_rules.facts import Consent
from services.notifier.sealing.key_ring import KeyRing


async def lock_borrowers(connection: Connection, borrower_ids: Collection[str]) -> None:
    """Lock borrowers of whom a fact is told, known before or not, until the transaction ends."""
    wanted = sorted(set(borrower_ids))
    await connection.execute(
        "insert into borrower (borrower_id) select * from unnest($1::text[]) on conflict do nothing", wanted
    )
    await _lock_known(connection, wanted)


async def business_date(connection: Connection, calendar: LenderCalendar, at: datetime) -> date:
    """The lender's day at a moment: the newest that the ledger completed if days follow events, else the clock's.

    Before the first event it is the clock's too.
    """
    if not calendar.follows_events:
        return calendar.day_at(at)
    newest: date | None = await connection.fetchval(
        "select max(business_date) from business_date where calendar_id = $1", calendar.calendar_id
    )
    return newest or calendar.day_at(at)


async def load_borrowers(
    connection: Connection,
    keys: KeyRing,
    borrower_ids: Collection[str],
    at: datetime,
    calendar: LenderCalendar,
    *,
    for_sending: bool,
) -> dict[str, Borrower]:
    """Each borrower asked for, by id, as known at a moment.

    `for_sending` locks them and the standings of their loans until the transaction ends. Raises SealBroken.
    """
    wanted = sorted(set(borrower_ids))
    # Who has no row has no contact data either. What is told of them meanwhile is not read, for it is not locked.
    known = await _lock_known(connection, wanted) if for_sending else wanted
    since = at - timedelta(days=calendar.history_days)
    rows = await _rows_of(connection, known, since, at, for_sending=for_sending)
    ahead = calendar.day_at(at) - await business_date(connection, calendar, at) if rows.holds else timedelta(0)
    return {one: _borrower(one, rows, keys, calendar, ahead) for one in wanted}


RowsByBorrower = Mapping[str, Sequence[asyncpg.Record]]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the tables have of some borrowers, by borrower id."""

    contacts: RowsByBorrower
    standings: RowsByBorrower
    holds: RowsByBorrower
    reliefs: RowsByBorrower
    opt_outs: RowsByBorrower
    consents: RowsByBorrower
    history: RowsByBorrower
    unusable: RowsByBorrower


async def _rows_of(
    connection: Connection, known: Sequence[str], since: datetime, at: datetime, *, for_sending: bool
) -> _Rows:
    async def read(statement: str, *parameters: object) -> RowsByBorrower:
        found: dict[str, list[asyncpg.Record]] = {}
        for row in await connection.fetch(statement, known, *parameters):
            found.setdefault(row["borrower_id"], []).append(row)
        return found

    return _Rows(
        await read(_CONTACTS),
        await read(_STANDINGS + (" for share" if for_sending else "")),
        await read(_HOLDS),
        await read(_RELIEFS),
        await read(_OPT_OUTS),
        await read(_CONSENTS, since, at),
        await read(_HISTORY, since, at),
        await read(_UNUSABLE),
    )


_CONTACTS: Final = (
    "select borrower_id, sealed, name, email, phone, language, time_zone, other_time_zones, phone_time_zones,"
    " email_digest, phone_digest from contact where borrower_id = any($1::text[])"
)
_STANDINGS: Final = (
    "select borrower_id, loan_id, oldest_unpaid_due_on, settled from loan_standing"
    ' where borrower_id = any($1::text[]) order by borrower_id collate "C", loan_id collate "C"'
)
_HOLDS: Final = (
    "select borrower_id, loan_id, reason, from_on, to_on from contact_hold"
    " where borrower_id = any($1::text[]) and stops_contact and not is_over"
)
_RELIEFS: Final = "select borrower_id from relief where borrower_id = any($1::text[]) and not is_over"
_OPT_OUTS: Final = (
    "select borrower_id, channel, purpose, opted_out_at, source from opt_out where borrower_id = any($1::text[])"
)
_CONSENTS: Final = (
    "select borrower_id, loan_id, given_at, until from consent"
    " where borrower_id = any($1::text[]) and given_at between $2 and $3"
)
_HISTORY: Final = (
    "select borrower_id, channel, made_at, loan_id, outcome, recipient, is_by_borrower, address_digest"
    " from contact_made where borrower_id = any($1::text[]) and made_at between $2 and $3"
)
_UNUSABLE: Final = "select borrower_id, channel from unusable_address where borrower_id = any($1::text[])"


def _borrower(one: str, rows: _Rows, keys: KeyRing, calendar: LenderCalendar, ahead: timedelta) -> Borrower:
    contact = next(iter(rows.contacts.get(one, ())), None)
    zones = calendar.default_zones if contact is None else zones_of(contact, calendar)
    return Borrower(
        one,
        contact=None if contact is None else contact_of(keys, contact),
        zones=zones,
        standings={
            row["loan_id"]: Standing(row["oldest_unpaid_due_on"], row["settled"]) for row in rows.standings.get(one, ())
        },
        holds=tuple(hold_of(row, zones, ahead) for row in rows.holds.get(one, ())),
        opt_outs=tuple(opt_out_of(row) for row in rows.opt_outs.get(one, ())),
        consents=tuple(Consent(row["loan_id"], row["given_at"], row["until"]) for row in rows.consents.get(one, ())),
        history=tuple(past_contact_of(row) for row in rows.history.get(one, ())),
        is_vulnerable=one in rows.reliefs,
        unusable_channels=frozenset(row["channel"] for row in rows.unusable.get(one, ())),
    )


async def _lock_known(connection: Connection, wanted: Sequence[str]) -> list[str]:
    # In the order of bytes, which is the one in which Python sorts, whatever the database's collation.
    rows = await connection.fetch(
        'select borrower_id from borrower where borrower_id = any($1::text[]) order by borrower_id collate "C"'
        " for no key update",
        wanted,
    )
    return [row[0] for row in rows]
