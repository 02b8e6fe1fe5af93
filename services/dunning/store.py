"""All SQL of dunning. Every statement serves a whole batch."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import asyncpg

from services.dunning.decisions import Decision, Track
from services.dunning.track import Amounts, TrackFacts, TrackState
from services.eventing.database import Connection

Key = tuple[str, str]

_COLUMNS = (
    "borrower_id, loan_id, currency, ledger_sequence, oldest_unpaid_due_on, next_due_on, overdue_penalty_minor,"
    " overdue_fee_minor, overdue_interest_minor, overdue_principal_minor, next_penalty_minor, next_fee_minor,"
    " next_interest_minor, next_principal_minor, settled, bucket, days_past_due, done_anchor_due_on, done_at_days,"
    " known_on, evaluated_on, next_look_on, sequence"
)
_TYPE_NAMES = (
    "text text text int8 date date int8 int8 int8 int8 int8 int8 int8 int8 bool text int4 date int4 date date date int8"
)
_TYPES = tuple(_TYPE_NAMES.split())


async def load_tracks(connection: Connection, keys: Sequence[Key]) -> dict[Key, Track]:
    """The tracks of these (borrower, loan) pairs, locked in key order; unknown ones are absent."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from track where (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))"
        " order by borrower_id, loan_id for update",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row["borrower_id"], row["loan_id"]): _track(row) for row in rows}


async def tracks_to_look_at(connection: Connection, on: date, limit: int) -> list[Track]:
    """Tracks on which a date has come that can change them, locked in key order."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from track where (borrower_id, loan_id) in (select borrower_id, loan_id from track"
        " where next_look_on <= $1 order by next_look_on, borrower_id, loan_id limit $2) and next_look_on <= $1"
        " order by borrower_id, loan_id for update",
        on,
        limit,
    )
    return [_track(row) for row in rows]


async def save_tracks(connection: Connection, tracks: Sequence[Track]) -> None:
    """Insert or replace tracks, in key order."""
    ordered = sorted(tracks, key=lambda track: (track.facts.borrower_id, track.facts.loan_id))
    columns = list(zip(*map(_row, ordered), strict=True))
    if not columns:
        return
    values = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_TYPES, start=1))
    names = [name.strip() for name in _COLUMNS.split(",")]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    await connection.execute(
        f"insert into track ({_COLUMNS}) select * from unnest({values})"
        f" on conflict (borrower_id, loan_id) do update set {updates}",
        *columns,
    )


async def save_cases(connection: Connection, borrowers: Sequence[str], on: date) -> None:
    """Bring the cases of these borrowers in line with their tracks."""
    await connection.execute(
        "insert into borrower_case (borrower_id, loans_past_due, worst_days_past_due, opened_on)"
        " select borrower_id, count(*) filter (where days_past_due > 0), max(days_past_due), $2 from track"
        " where borrower_id = any($1::text[]) group by borrower_id order by borrower_id"
        " on conflict (borrower_id) do update set loans_past_due = excluded.loans_past_due,"
        " worst_days_past_due = excluded.worst_days_past_due,"
        " opened_on = case when borrower_case.loans_past_due = 0 and excluded.loans_past_due > 0"
        "   then excluded.opened_on else borrower_case.opened_on end,"
        " cured_on = case when excluded.loans_past_due > 0 then null"
        "   when borrower_case.loans_past_due > 0 then excluded.opened_on else borrower_case.cured_on end",
        sorted(set(borrowers)),
        on,
    )


async def save_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Keep decisions; one repeated on the same date is the same decision."""
    if not decisions:
        return
    rows = [
        (d.borrower_id, d.reminder_id, d.loan_id, d.step_id, d.policy_version, d.business_date,
         json.dumps(asdict(d.facts), default=str))
        for d in decisions
    ]  # fmt: skip
    await connection.execute(
        "insert into decision (borrower_id, reminder_id, loan_id, step_id, policy_version, business_date, facts)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::jsonb[])"
        " on conflict do nothing",
        *zip(*rows, strict=True),
    )


async def loans_by_bucket(connection: Connection) -> list[tuple[str, str]]:
    """(loan id, bucket) of every track; settled ones are in the bucket `settled`."""
    rows = await connection.fetch("select loan_id, case when settled then 'settled' else bucket end from track")
    return [(row[0], row[1]) for row in rows]


def _track(row: asyncpg.Record) -> Track:
    return Track(
        facts=TrackFacts(
            loan_id=row[1],
            borrower_id=row[0],
            currency=row[2],
            oldest_unpaid_due_on=row[4],
            next_due_on=row[5],
            overdue=Amounts(row[6], row[7], row[8], row[9]),
            next_due_amounts=Amounts(row[10], row[11], row[12], row[13]),
            settled=row[14],
            sequence=row[3],
        ),
        state=TrackState(row[15], row[16], row[17], row[18]),
        known_on=row[19],
        evaluated_on=row[20],
        next_look_on=row[21],
        sequence=row[22],
    )


def _row(track: Track) -> tuple[object, ...]:
    facts, state = track.facts, track.state
    overdue, following = facts.overdue, facts.next_due_amounts
    return (
        facts.borrower_id, facts.loan_id, facts.currency, facts.sequence, facts.oldest_unpaid_due_on,
        facts.next_due_on, overdue.penalty_minor, overdue.fee_minor, overdue.interest_minor, overdue.principal_minor,
        following.penalty_minor, following.fee_minor, following.interest_minor, following.principal_minor,
        facts.settled, state.bucket, state.days_past_due, state.done_anchor_due_on, state.done_at_days,
        track.known_on, track.evaluated_on, track.next_look_on, track.sequence,
    )  # fmt: skip


async def looks_due(connection: Connection, on: date) -> int:
    """Tracks that wait to be looked at."""
    return int(await connection.fetchval("select count(*) from track where next_look_on <= $1", on))
