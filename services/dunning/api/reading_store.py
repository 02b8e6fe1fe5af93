"""The SQL of what only the HTTP API reads. Nothing is locked: a reader never holds up an event."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import asyncpg

from services.dunning import offer_store
from services.dunning.api.case_answers import TaskAnswer
from services.dunning.api.record_answers import DoneCommandAnswer, LadderAnswer, ListedCase, TimelineEntry
from services.dunning.offer_store import KeptOffer
from services.eventing.database import Connection

TimelineKey = tuple[int, int, str, int]
"""Evaluation; 0 for standings, 1 for facts, 2 for decisions; loan id of a standing; number."""
TaskKey = tuple[date, str, str]
CommandKey = tuple[datetime, str, str, str]

_TASK_COLUMNS: Final = "borrower_id, task_id, kind, loan_id, step_id, requested_on"
_TIMELINE: Final = """
    select evaluation, 0 as place, loan_id as part, ledger_sequence as number, as_of as on_date, event_type as kind,
        loan_id, null::text as step_id, null::text as rule, null::text as policy_version, null::text as arm,
        facts::text as details, null::text as facts, recorded_at
    from standing_record where borrower_id = $1 and evaluation >= $2
    union all
    select evaluation, 1, '', number, nullif(on_date, date '0001-01-01'), kind, fact ->> 'loan_id',
        fact ->> 'step_id', null, null, null, (fact - array['name', 'email', 'phone'])::text, null, recorded_at
    from fact_record where borrower_id = $1 and evaluation >= $2
    union all
    select evaluation, 2, '', number, on_date, kind, loan_id, step_id, rule, policy_version, arm, decided::text,
        facts::text, recorded_at
    from decision where borrower_id = $1 and evaluation >= $2
"""
_ENTRIES: Final = ("standing", "fact", "decision")


async def open_offers(connection: Connection, borrower_id: str) -> list[KeptOffer]:
    """Offers that the borrower can accept, newest first."""
    offers = await offer_store.offers_of(connection, borrower_id)
    return [offer for offer in offers if offer.status == "open"]


async def open_tasks_of(connection: Connection, borrower_id: str) -> list[TaskAnswer]:
    """What people are asked to do for a borrower, oldest first."""
    rows = await connection.fetch(
        f"select {_TASK_COLUMNS} from task where borrower_id = $1 and done_on is null order by requested_on, task_id",
        borrower_id,
    )
    return [TaskAnswer(**dict(row)) for row in rows]


async def open_tasks(
    connection: Connection, kind: str | None, borrower_id: str | None, after: TaskKey, limit: int
) -> list[TaskAnswer]:
    """At most `limit` open tasks that follow the one named `after`, of one kind or borrower, or of all."""
    conditions = _Conditions(
        [*after, limit], ["done_on is null", "(requested_on, borrower_id, task_id) > ($1, $2, $3)"]
    )
    conditions.add("kind = ${}", kind)
    conditions.add("borrower_id = ${}", borrower_id)
    rows = await connection.fetch(
        f"select {_TASK_COLUMNS} from task where {conditions} order by requested_on, borrower_id, task_id limit $4",
        *conditions.arguments,
    )
    return [TaskAnswer(**dict(row)) for row in rows]


async def cases_page(
    connection: Connection, state: str | None, bucket: str | None, flag: str | None, after: str, limit: int
) -> list[ListedCase]:
    """At most `limit` cases that follow the borrower `after`, with a loan of this state, bucket and flag."""
    of_loan = _Conditions([after, limit], ["l.borrower_id = c.borrower_id"])
    of_loan.add("l.state = ${}", state)
    of_loan.add("l.bucket = ${}", bucket)
    of_loan.add("l.memory -> 'flags' ? ${}::text", flag)
    with_loan = f" and exists (select from loan l where {of_loan})" if len(of_loan.arguments) > 2 else ""
    rows = await connection.fetch(
        "select borrower_id, evaluated_on, next_look_on, policy_version, arm, region, loans_past_due,"
        " worst_days_past_due, opened_on, cured_on from borrower_case c"
        f" where borrower_id > $1{with_loan} order by borrower_id limit $2",
        *of_loan.arguments,
    )
    return [ListedCase(**dict(row)) for row in rows]


async def timeline_page(
    connection: Connection, borrower_id: str, after: TimelineKey, limit: int
) -> list[tuple[TimelineKey, TimelineEntry]]:
    """At most `limit` entries of a case's record that follow the one with the key `after`, with their keys."""
    rows = await connection.fetch(
        f"select * from ({_TIMELINE}) entry where (evaluation, place, part, number) > ($2, $3, $4, $5)"
        " order by evaluation, place, part, number limit $6",
        borrower_id,
        *after,
        limit,
    )
    return [((row["evaluation"], row["place"], row["part"], row["number"]), _entry(row)) for row in rows]


async def commands_page(
    connection: Connection,
    borrower_id: str | None,
    operator: str | None,
    before: CommandKey | None,
    limit: int,
) -> list[DoneCommandAnswer]:
    """At most `limit` commands that are older than the one named `before`, newest first."""
    conditions = _Conditions([limit], ["true"])
    conditions.add("borrower_id = ${}", borrower_id)
    conditions.add("operator = ${}", operator)
    if before is not None:
        places = ", ".join(f"${len(conditions.arguments) + place}" for place in range(1, 5))
        conditions.arguments += before
        conditions.sentences.append(f"(recorded_at, borrower_id, caller, idempotency_key) < ({places})")
    rows = await connection.fetch(
        "select borrower_id, kind, subject_id, caller, key_id, operator, reason, request::text, request_id,"
        f" idempotency_key, recorded_at from command where {conditions}"
        " order by recorded_at desc, borrower_id desc, caller desc, idempotency_key desc limit $1",
        *conditions.arguments,
    )
    return [
        DoneCommandAnswer(
            borrower_id=row["borrower_id"] or None, command=row["kind"], id=row["subject_id"], caller=row["caller"],
            key_id=row["key_id"], operator=row["operator"], reason=row["reason"], request=json.loads(row["request"]),
            request_id=row["request_id"], idempotency_key=row["idempotency_key"], recorded_at=row["recorded_at"],
        )
        for row in rows
    ]  # fmt: skip


async def used_ladders(connection: Connection) -> list[LadderAnswer]:
    """All ladders that were ever used, oldest first."""
    rows = await connection.fetch(
        "select version, first_used_at, document, (select count(*) from borrower_case where policy_version = version)"
        " as cases from ladder order by first_used_at, version"
    )
    return [LadderAnswer(**dict(row)) for row in rows]


class _Conditions:
    """Conditions joined by `and`, with their arguments; those without a value do not count."""

    def __init__(self, arguments: Sequence[object], sentences: Sequence[str]) -> None:
        self.arguments = list(arguments)
        self.sentences = list(sentences)

    def add(self, sentence: str, value: object) -> None:
        """`sentence` has {} where the number of the argument goes."""
        if value is not None:
            self.arguments.append(value)
            self.sentences.append(sentence.format(len(self.arguments)))

    def __str__(self) -> str:
        return " and ".join(self.sentences)


def _entry(row: asyncpg.Record) -> TimelineEntry:
    details: dict[str, Any] = json.loads(row["details"])
    return TimelineEntry(
        evaluation=row["evaluation"],
        entry=_ENTRIES[row["place"]],
        on=row["on_date"],
        kind=row["kind"],
        loan_id=row["loan_id"],
        step_id=row["step_id"],
        rule=row["rule"],
        policy_version=row["policy_version"],
        arm=row["arm"],
        details=details,
        facts=None if row["facts"] is None else json.loads(row["facts"]),
        recorded_at=row["recorded_at"],
    )
