"""The SQL of the record: rows that are appended, and never changed."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from services.dunning.cases.record import DecisionRow, EvaluationRow, FactRow, LevelRow, Record, StandingRow, TaskRow
from services.eventing.database import Connection

_TABLES: Final[dict[type, str]] = {
    EvaluationRow: "evaluation", DecisionRow: "decision", LevelRow: "level_record", StandingRow: "standing_record",
    FactRow: "fact_record",
}  # fmt: skip
_RENAMED: Final = {"on": "on_date"}
_COLUMNS: Final = {kind: [_RENAMED.get(f.name, f.name) for f in fields(kind)] for kind in _TABLES}
_VALUES: Final = {kind: attrgetter(*(f.name for f in fields(kind))) for kind in _TABLES}

_TASK: Final = attrgetter(*(f.name for f in fields(TaskRow)))


async def append(connection: Connection, record: Record) -> None:
    """Append what was recorded."""
    for rows in (record.evaluations, record.standings, record.facts, record.levels, record.decisions):
        await _copy(connection, rows)
    if record.tasks:
        await connection.execute(
            "insert into task (borrower_id, task_id, kind, loan_id, step_id, requested_on)"
            " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[])"
            " on conflict do nothing",
            *zip(*map(_TASK, record.tasks), strict=True),
        )


async def _copy(connection: Connection, rows: Sequence[Any]) -> None:
    if not rows:
        return
    kind = type(rows[0])
    await connection.copy_records_to_table(
        _TABLES[kind], columns=_COLUMNS[kind], records=[_VALUES[kind](row) for row in rows]
    )
