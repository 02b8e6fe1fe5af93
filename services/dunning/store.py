"""The SQL of cases. Every statement serves a whole batch; cases are locked in the order of their borrowers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import asyncpg

from services.dunning.cases.case_file import CaseFile, LoanFile
from services.dunning.cases.case_text import (
    case_facts_of,
    case_facts_text,
    case_memory_of,
    case_memory_text,
    loan_facts_of,
    loan_facts_text,
    loan_memory_of,
    loan_memory_text,
)
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.cases.promises import AllocatedPayment
from services.dunning.kept_schedule import KeptSchedule
from services.eventing.database import Connection

_CASE_COLUMNS = (
    "borrower_id, facts::text, memory::text, policy_version, arm, evaluated_on, next_look_on, evaluations, fact_count,"
    " sequence"
)


async def load_cases(connection: Connection, borrower_ids: Iterable[str]) -> dict[str, CaseFile]:
    """The cases of these borrowers, locked; those not known yet are made. Loans come with them, payments do not."""
    wanted = sorted(set(borrower_ids))
    rows = await _lock(connection, wanted)
    if len(rows) < len(wanted):
        found = {row[0] for row in rows}
        await connection.execute(
            "insert into borrower_case (borrower_id) select unnest($1::text[]) on conflict do nothing",
            [borrower_id for borrower_id in wanted if borrower_id not in found],
        )
        rows = await _lock(connection, wanted)
    return await _with_loans(connection, rows)


async def read_case(connection: Connection, borrower_id: str) -> CaseFile | None:
    """A borrower's case as it is kept, not locked and without payments; None if there is none."""
    rows = await connection.fetch(f"select {_CASE_COLUMNS} from borrower_case where borrower_id = $1", borrower_id)
    return (await _with_loans(connection, rows)).get(borrower_id)


async def cases_to_look_at(connection: Connection, on: date, limit: int) -> dict[str, CaseFile]:
    """Cases on which a date has come that can change them, locked."""
    rows = await connection.fetch(
        f"select {_CASE_COLUMNS} from borrower_case where borrower_id in (select borrower_id from borrower_case"
        " where next_look_on <= $1 order by next_look_on, borrower_id limit $2) and next_look_on <= $1"
        " order by borrower_id for update",
        on,
        limit,
    )
    return await _with_loans(connection, rows)


async def _lock(connection: Connection, borrower_ids: Sequence[str]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await connection.fetch(
        f"select {_CASE_COLUMNS} from borrower_case where borrower_id = any($1::text[])"
        " order by borrower_id for update",
        borrower_ids,
    )
    return rows


async def _with_loans(connection: Connection, rows: Sequence[asyncpg.Record]) -> dict[str, CaseFile]:
    cases = {row[0]: _case(row) for row in rows}
    loans = await connection.fetch(
        "select borrower_id, loan_id, facts::text, memory::text, known_on, sequence from loan"
        " where borrower_id = any($1::text[]) order by borrower_id, loan_id",
        list(cases),
    )
    for row in loans:
        file = LoanFile(loan_facts_of(row[2]), loan_memory_of(row[3]), row[4], row[5])
        cases[row[0]].loans[row[1]] = file
    return cases


async def load_payments(connection: Connection, cases: Iterable[CaseFile]) -> None:
    """Give cases with promises the payments that these are judged by."""
    promised = {case.borrower_id: case for case in cases if case.facts.promises}
    if not promised:
        return
    rows = await connection.fetch(
        "select borrower_id, payment_id, loan_id, currency, value_date, allocated_minor from payment"
        " where borrower_id = any($1::text[]) and reversed_on is null order by value_date, payment_id",
        sorted(promised),
    )
    found: dict[str, list[AllocatedPayment]] = {borrower_id: [] for borrower_id in promised}
    for row in rows:
        found[row[0]].append(AllocatedPayment(*row[1:]))
    for borrower_id, case in promised.items():
        case.payments = found[borrower_id]


async def save_payments(connection: Connection, payments: Sequence[tuple[str, AllocatedPayment]]) -> None:
    """Keep payments as allocated, (borrower id, payment) each; the newest allocation of one counts."""
    newest = {(borrower_id, one.loan_id, one.payment_id): (borrower_id, one) for borrower_id, one in payments}
    if not newest:
        return
    rows = [
        (borrower_id, one.loan_id, one.payment_id, one.currency, one.value_date, one.allocated_minor)
        for _, (borrower_id, one) in sorted(newest.items())
    ]
    await connection.execute(
        "insert into payment (borrower_id, loan_id, payment_id, currency, value_date, allocated_minor)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::int8[])"
        " on conflict (borrower_id, loan_id, payment_id) do update set allocated_minor = excluded.allocated_minor,"
        " value_date = excluded.value_date",
        *zip(*rows, strict=True),
    )


async def reduce_payments(connection: Connection, taken: Sequence[tuple[str, str, str, int, date, bool]]) -> None:
    """Take back payments: (borrower, loan, payment, amount in minor units, on, whether the whole of it is reversed)."""
    if not taken:
        return
    await connection.execute(
        "update payment p set reversed_on = case when n.whole then n.on_date else p.reversed_on end,"
        " allocated_minor = case when n.whole then p.allocated_minor else greatest(p.allocated_minor - n.amount, 0) end"
        " from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::date[], $6::bool[])"
        "  as n (borrower_id, loan_id, payment_id, amount, on_date, whole)"
        " where p.borrower_id = n.borrower_id and p.loan_id = n.loan_id and p.payment_id = n.payment_id",
        *zip(*taken, strict=True),
    )


async def save_cases(connection: Connection, cases: Sequence[CaseFile], on: date | None) -> None:
    """Write cases and their loans, in the order of their borrowers; `on` is the business date, if there is one."""
    ordered = sorted(cases, key=lambda case: case.borrower_id)
    if not ordered:
        return
    await connection.execute(
        "update borrower_case c set facts = n.facts, memory = n.memory, region = n.region,"
        " policy_version = n.policy_version, arm = n.arm, evaluated_on = n.evaluated_on, next_look_on = n.next_look_on,"
        " evaluations = n.evaluations, fact_count = n.fact_count, sequence = n.sequence,"
        " loans_past_due = n.past_due, worst_days_past_due = n.worst,"
        " opened_on = case when c.loans_past_due = 0 and n.past_due > 0 then $14 else c.opened_on end,"
        " cured_on = case when n.past_due > 0 then null when c.loans_past_due > 0 then $14 else c.cured_on end"
        " from unnest($1::text[], $2::jsonb[], $3::jsonb[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[],"
        "  $9::int8[], $10::int8[], $11::int8[], $12::int4[], $13::int4[]) as n (borrower_id, facts, memory, region,"
        "  policy_version, arm, evaluated_on, next_look_on, evaluations, fact_count, sequence, past_due, worst)"
        " where c.borrower_id = n.borrower_id",
        *zip(*map(_case_row, ordered), strict=True),
        on,
    )
    loans = [_loan_row(case.borrower_id, file, on) for case in ordered for file in _sorted_loans(case)]
    if loans:
        await connection.execute(
            "insert into loan (borrower_id, loan_id, currency, ledger_sequence, settled, bucket, days_past_due, state,"
            " overdue_minor, principal_outstanding_minor, facts, memory, known_on, sequence)"
            " select * from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::bool[], $6::text[], $7::int4[],"
            "  $8::text[], $9::int8[], $10::int8[], $11::jsonb[], $12::jsonb[], $13::date[], $14::int8[])"
            " on conflict (borrower_id, loan_id) do update set ledger_sequence = excluded.ledger_sequence,"
            " settled = excluded.settled, bucket = excluded.bucket, days_past_due = excluded.days_past_due,"
            " state = excluded.state, overdue_minor = excluded.overdue_minor,"
            " principal_outstanding_minor = excluded.principal_outstanding_minor, facts = excluded.facts,"
            " memory = excluded.memory, known_on = excluded.known_on, sequence = excluded.sequence",
            *zip(*loans, strict=True),
        )


async def save_schedules(connection: Connection, schedules: Mapping[tuple[str, str], KeptSchedule]) -> None:
    """Keep loans' schedules, by borrower and loan; the loans are there. Terms stay where none are given."""
    if not schedules:
        return
    keys = sorted(schedules)
    await connection.execute(
        "update loan l set terms = coalesce(n.terms, l.terms), instalments = n.instalments"
        " from unnest($1::text[], $2::text[], $3::jsonb[], $4::jsonb[]) as n (borrower_id, loan_id, terms, instalments)"
        " where l.borrower_id = n.borrower_id and l.loan_id = n.loan_id",
        [key[0] for key in keys],
        [key[1] for key in keys],
        [schedules[key].terms for key in keys],
        [schedules[key].instalments for key in keys],
    )


async def loans_by_bucket(connection: Connection) -> list[tuple[str, str]]:
    """(loan id, bucket) of every loan; settled ones are in the bucket `settled`."""
    rows = await connection.fetch("select loan_id, case when settled then 'settled' else bucket end from loan")
    return [(row[0], row[1]) for row in rows]


async def looks_due(connection: Connection, on: date) -> int:
    """Cases that wait to be looked at, and areas whose cases do not know of it yet."""
    return int(await connection.fetchval(
        "select (select count(*) from borrower_case where next_look_on <= $1) + (select count(*) from area_look)", on
    ))  # fmt: skip


def _case(row: asyncpg.Record) -> CaseFile:
    return CaseFile(
        borrower_id=row[0], facts=case_facts_of(row[1]), memory=case_memory_of(row[2]), policy_version=row[3],
        arm=row[4], evaluated_on=row[5], next_look_on=row[6], evaluations=row[7], fact_count=row[8], sequence=row[9],
    )  # fmt: skip


def _case_row(case: CaseFile) -> tuple[object, ...]:
    past_due = [file.memory.days_past_due for file in case.loans.values() if file.memory.is_past_due]
    return (
        case.borrower_id, case_facts_text(case.facts), case_memory_text(case.memory), case.facts.region,
        case.policy_version, case.arm, case.evaluated_on, case.next_look_on, case.evaluations, case.fact_count,
        case.sequence, len(past_due), max(past_due, default=0),
    )  # fmt: skip


def _sorted_loans(case: CaseFile) -> list[LoanFile]:
    return [case.loans[key] for key in sorted(case.loans)]


def _loan_row(borrower_id: str, file: LoanFile, on: date | None) -> tuple[object, ...]:
    facts, memory = file.facts, file.memory
    overdue = facts.overdue if on is None else overdue_on(facts, on)
    return (
        borrower_id, facts.loan_id, facts.currency, facts.sequence, facts.settled, memory.bucket, memory.days_past_due,
        memory.state, overdue.total_minor, facts.principal_outstanding_minor, loan_facts_text(facts),
        loan_memory_text(memory), file.known_on, file.sequence,
    )  # fmt: skip
