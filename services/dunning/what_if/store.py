"""The SQL of what-if replays: the record, read by ranges of borrowers in one snapshot. Nothing is written or locked."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import asyncpg

from services.dunning.ladder.policy import LadderPolicy, parse_ladder
from services.dunning.what_if.history import (
    History,
    RecordedDecision,
    RecordedEvaluation,
    RecordedFact,
    RecordedLevel,
    RecordedStanding,
)
from services.eventing.database import Connection

Row = TypeVar("Row")
_BORROWERS_AT_ONCE: Final = 500

_RANGE: Final = "where borrower_id > $1 and borrower_id <= $2"
_EVALUATIONS: Final = (
    "select borrower_id, evaluation, on_date, policy_version, arm, next_look_on, areas::text from evaluation"
    f" {_RANGE} order by borrower_id, evaluation"
)
_STANDINGS: Final = (
    "select borrower_id, loan_id, evaluation, event_type, facts::text, payment_id, payment_minor from standing_record"
    f" {_RANGE} order by borrower_id, loan_id, ledger_sequence"
)
_FACTS: Final = (
    f"select borrower_id, evaluation, on_date, kind, fact::text from fact_record {_RANGE} order by borrower_id, number"
)
_DECISIONS: Final = (
    "select borrower_id, evaluation, on_date, loan_id, kind, step_id, rule, policy_version, decided::text from decision"
    f" {_RANGE} order by borrower_id, evaluation, number"
)
_LEVELS: Final = (
    "select borrower_id, evaluation, loan_id, bucket from level_record"
    f" {_RANGE} order by borrower_id, evaluation, loan_id"
)


@asynccontextmanager
async def snapshot(connection: Connection) -> AsyncIterator[None]:
    """The database as it stands at the first statement of the block, in which nothing can be written."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def load_used_ladders(connection: Connection) -> dict[str, LadderPolicy]:
    """Every ladder that was ever in force, by version. Raises DocumentError."""
    rows = await connection.fetch("select version, document from ladder order by version")
    return {version: parse_ladder(document, f"ladder {version}") for version, document in rows}


async def histories(connection: Connection, at_once: int = _BORROWERS_AT_ONCE) -> AsyncIterator[list[History]]:
    """The histories of all borrowers that were ever evaluated, up to `at_once` of them at a time; within `snapshot`."""
    after = ""
    while True:
        ids = [
            row[0]
            for row in await connection.fetch(
                "select borrower_id from borrower_case where borrower_id > $1 order by borrower_id limit $2",
                after,
                at_once,
            )
        ]
        if not ids:
            return
        yield await _range(connection, after, ids)
        after = ids[-1]


async def _range(connection: Connection, after: str, ids: list[str]) -> list[History]:
    span = (after, ids[-1])
    evaluations = _grouped(await connection.fetch(_EVALUATIONS, *span), RecordedEvaluation._make)
    standings = _grouped(await connection.fetch(_STANDINGS, *span), RecordedStanding._make)
    facts = _grouped(await connection.fetch(_FACTS, *span), RecordedFact._make)
    decisions = _grouped(await connection.fetch(_DECISIONS, *span), RecordedDecision._make)
    levels = _grouped(await connection.fetch(_LEVELS, *span), RecordedLevel._make)
    return [
        History(
            borrower_id, evaluations[borrower_id], standings.get(borrower_id, ()), facts.get(borrower_id, ()),
            decisions.get(borrower_id, ()), levels.get(borrower_id, ()),
        )
        for borrower_id in ids
        if borrower_id in evaluations
    ]  # fmt: skip


def _grouped(rows: Iterable[asyncpg.Record], make: Callable[[Iterable[object]], Row]) -> dict[str, tuple[Row, ...]]:
    """Rows by borrower, which is their first column."""
    found: dict[str, list[Row]] = defaultdict(list)
    for borrower_id, *values in rows:
        found[borrower_id].append(make(values))
    return {borrower_id: tuple(made) for borrower_id, made in found.items()}
