"""The SQL behind credit files, and the files. What was decided is the record's; nothing is worked out anew."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any, Final, TextIO

import asyncpg

from schemas.ledger import ScheduleTerms
from services.dunning.aging.holds import Hold
from services.dunning.cases.case_text import case_facts_of, loan_facts_of
from services.dunning.credit_file import PROFILE_MONTHS, CreditRecord, ReportedLoan, credit_record
from services.eventing.database import Connection

_FREQUENCY: Final = {(1, "months"): "M", (1, "weeks"): "W", (2, "weeks"): "B", (1, "days"): "D", (3, "months"): "Q"}
COLUMNS: Final = tuple(field.name for field in fields(CreditRecord))


async def credit_records(connection: Connection, from_on: date, to_on: date) -> list[CreditRecord]:
    """What is to be told of reports, corrections and withdrawals decided from `from_on` to `to_on`, both included."""
    rows = await connection.fetch(
        "select d.borrower_id, d.loan_id, d.on_date, d.decided::text, d.facts::text as facts, l.terms::text as terms,"
        " c.facts::text as case_facts from decision d join loan l using (borrower_id, loan_id)"
        " join borrower_case c using (borrower_id) where d.kind = 'credit-report' and d.on_date between $1 and $2"
        " order by d.on_date, d.borrower_id, d.loan_id, d.evaluation, d.number",
        from_on,
        to_on,
    )
    histories = await _histories(connection, [(row["borrower_id"], row["loan_id"]) for row in rows])
    return [credit_record(_loan(row, histories.get((row["borrower_id"], row["loan_id"]), ()))) for row in rows]


def write_csv(records: Iterable[CreditRecord], file: TextIO) -> None:
    """One line a record, after a line of field names; what is not known is empty."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(record) for record in records)


def write_json(records: Iterable[CreditRecord], file: TextIO) -> None:
    """A JSON list of objects with the same fields; what is not known is null."""
    json.dump([asdict(record) for record in records], file, default=str, indent=1)
    file.write("\n")


async def _histories(
    connection: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[tuple[date, int, bool], ...]]:
    """(date, days past due, whether past due) of each move of these loans, oldest first."""
    rows = await connection.fetch(
        "select borrower_id, loan_id, on_date, days_past_due from level_record where (borrower_id, loan_id) in"
        " (select * from unnest($1::text[], $2::text[])) order by borrower_id, loan_id, evaluation",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    found: dict[tuple[str, str], list[tuple[date, int, bool]]] = {}
    for row in rows:
        moves = found.setdefault((row[0], row[1]), [])
        moves.append((row[2], row[3], row[3] > 0))
    return {key: tuple(moves) for key, moves in found.items()}


def _loan(row: asyncpg.Record, moves: Sequence[tuple[date, int, bool]]) -> ReportedLoan:
    decided: dict[str, Any] = json.loads(row["decided"])
    report, facts = decided["report"], loan_facts_of(row["facts"])
    terms = None if row["terms"] is None else ScheduleTerms.model_validate_json(row["terms"])
    on: date = row["on_date"]
    opened_on = None if terms is None else terms.disbursed_on
    holds = case_facts_of(row["case_facts"]).holds
    return ReportedLoan(
        borrower_id=row["borrower_id"],
        loan_id=row["loan_id"],
        report_id=report["report_id"],
        kind=decided["kind"],
        reported_on=on,
        currency=facts.currency,
        opened_on=opened_on,
        original_principal_minor=None if terms is None else terms.principal_minor,
        number_of_instalments=None if terms is None else terms.number_of_instalments,
        frequency=None if terms is None else _FREQUENCY.get((terms.every_count, terms.every_unit)),
        scheduled_instalment_minor=facts.next_due_amounts.total_minor,
        principal_outstanding_minor=facts.principal_outstanding_minor,
        overdue_minor=report["overdue_minor"],
        days_past_due=(on - date.fromisoformat(report["first_overdue_on"])).days,
        first_overdue_on=date.fromisoformat(report["first_overdue_on"]),
        last_paid_on=facts.last_paid_on,
        settled=facts.settled,
        written_off=facts.written_off,
        is_disputed=any(_disputes(hold, facts.loan_id, on) for hold in holds),
        is_restructured=facts.restructuring_id is not None,
        days_past_due_by_month=_by_month(moves, opened_on, on),
    )


def _disputes(hold: Hold, loan_id: str, on: date) -> bool:
    days = hold.days
    return (
        hold.reason == "dispute"
        and hold.concerns(loan_id)
        and days is not None
        and days.from_on <= on
        and (days.to_on is None or on <= days.to_on)
    )


def _by_month(moves: Sequence[tuple[date, int, bool]], opened_on: date | None, on: date) -> tuple[int | None, ...]:
    """Days past due at the ends of the months before `on`, newest first, counted on from the last move until then."""
    days: list[int | None] = []
    end = on.replace(day=1) - timedelta(days=1)
    for _ in range(PROFILE_MONTHS):
        if opened_on is None or end < opened_on:
            days.append(None)
        else:
            last = next((move for move in reversed(moves) if move[0] <= end), None)
            days.append(0 if last is None or not last[2] else last[1] + (end - last[0]).days)
        end = end.replace(day=1) - timedelta(days=1)
    return tuple(days)
