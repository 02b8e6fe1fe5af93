"""What ledger and dunning tell of a borrower: standings of loans, holds, reliefs. Callers hold the borrowers' locks."""

from collections.abc import Iterable
from typing import Any

from schemas.cases import HoldBegan, HoldEnded, ReliefEnded, ReliefGranted
from schemas.ledger import LedgerEventData
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent

LoanKey = tuple[str, str]
NewestStandings = dict[LoanKey, ReceivedEvent[LedgerEventData]]


def newest_by_loan(events: Iterable[ReceivedEvent[LedgerEventData]]) -> NewestStandings:
    """The newest event of each loan (borrower id, loan id), ascending."""
    newest: NewestStandings = {}
    for event in events:
        key = (event.data.borrower_id, event.data.loan_id)
        if key not in newest or (event.sequence or 0) > (newest[key].sequence or 0):
            newest[key] = event
    return dict(sorted(newest.items()))


async def save_standings(connection: Connection, newest: NewestStandings) -> frozenset[str]:
    """Keep the standing of each loan, if it is newer than what is kept. Returns the borrowers of loans new here."""
    rows = [
        (*key, event.sequence or 0, event.data.standing.oldest_unpaid_due_on, event.data.standing.settled)
        for key, event in newest.items()
    ]
    # A row has no xmax until somebody changes or locks it.
    new = await connection.fetch(
        "with kept as (insert into loan_standing (borrower_id, loan_id, ledger_sequence, oldest_unpaid_due_on, settled)"
        "  select * from unnest($1::text[], $2::text[], $3::int8[], $4::date[], $5::bool[])"
        "  on conflict (borrower_id, loan_id) do update set ledger_sequence = excluded.ledger_sequence,"
        "  oldest_unpaid_due_on = excluded.oldest_unpaid_due_on, settled = excluded.settled"
        "  where excluded.ledger_sequence > loan_standing.ledger_sequence returning borrower_id, xmax)"
        " select distinct borrower_id from kept where xmax = 0",
        *zip(*rows, strict=True),
    )
    return frozenset(row[0] for row in new)


async def save_holds(connection: Connection, events: Iterable[ReceivedEvent[Any]]) -> None:
    """Keep what HoldBegan or HoldEnded told last of each hold, of a borrower as a whole or of one loan."""
    rows: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for event in events:
        told: HoldBegan | HoldEnded = event.data
        key = (told.borrower_id, told.hold_id, told.loan_id or "")
        sequence = event.sequence or 0
        if key in rows and rows[key][-1] > sequence:
            continue
        if isinstance(told, HoldBegan):
            stops_contact = "contact" in told.stops
            rows[key] = (*key, told.reason, stops_contact, told.from_on, told.to_on, False, sequence)
        else:
            rows[key] = (*key, None, False, None, None, True, sequence)
    if not rows:
        return
    await connection.execute(
        "insert into contact_hold (borrower_id, hold_id, loan_id, reason, stops_contact, from_on, to_on, is_over,"
        " sequence)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::date[], $7::date[],"
        " $8::bool[], $9::int8[])"
        " on conflict (borrower_id, hold_id, loan_id) do update set reason = excluded.reason,"
        " stops_contact = excluded.stops_contact, from_on = excluded.from_on, to_on = excluded.to_on,"
        " is_over = excluded.is_over, sequence = excluded.sequence"
        " where excluded.sequence >= contact_hold.sequence",
        *zip(*(row for _, row in sorted(rows.items())), strict=True),
    )


async def save_reliefs(connection: Connection, events: Iterable[ReceivedEvent[Any]]) -> None:
    """Keep what ReliefGranted or ReliefEnded told last of each relief."""
    rows: dict[tuple[str, str], tuple[str, str, bool, int]] = {}
    for event in events:
        told: ReliefGranted | ReliefEnded = event.data
        key = (told.borrower_id, told.relief_id)
        sequence = event.sequence or 0
        if key not in rows or sequence >= rows[key][-1]:
            rows[key] = (*key, isinstance(told, ReliefEnded), sequence)
    if not rows:
        return
    await connection.execute(
        "insert into relief (borrower_id, relief_id, is_over, sequence)"
        " select * from unnest($1::text[], $2::text[], $3::bool[], $4::int8[])"
        " on conflict (borrower_id, relief_id) do update set is_over = excluded.is_over, sequence = excluded.sequence"
        " where excluded.sequence >= relief.sequence",
        *zip(*(row for _, row in sorted(rows.items())), strict=True),
    )
