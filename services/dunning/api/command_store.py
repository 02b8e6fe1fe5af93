"""The SQL of commands: what they need to know and to write besides cases and offers."""

from dataclasses import dataclass
from datetime import date

from services.eventing.database import Connection


@dataclass(frozen=True, slots=True)
class DoneCommand:
    """What is kept of a command that took effect; see migration 0002. Without `borrower_id` it is about many."""

    borrower_id: str | None
    caller: str
    idempotency_key: str
    kind: str
    subject_id: str
    request_json: str
    request_sha256: str
    reason: str
    key_id: str
    operator: str | None
    request_id: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class KeptTask:
    """A task as it is kept; `done_on` and `outcome` once it is done."""

    task_id: str
    kind: str
    loan_id: str | None
    step_id: str | None
    done_on: date | None
    outcome: str | None


async def keep_command(connection: Connection, done: DoneCommand) -> None:
    """Keep a command that took effect; its key is locked."""
    await connection.execute(
        "insert into command (borrower_id, caller, idempotency_key, kind, subject_id, request, request_sha256,"
        " reason, key_id, operator, request_id, status, answer)"
        " values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13)",
        done.borrower_id or "", done.caller, done.idempotency_key, done.kind, done.subject_id, done.request_json,
        done.request_sha256, done.reason, done.key_id, done.operator, done.request_id, done.status, done.answer,
    )  # fmt: skip


async def is_known(connection: Connection, borrower_id: str) -> bool:
    """Whether there is a case of the borrower."""
    return await connection.fetchval("select true from borrower_case where borrower_id = $1", borrower_id) is True


async def lock_task(connection: Connection, borrower_id: str, task_id: str) -> KeptTask | None:
    """A task of a borrower, locked until the transaction ends; None if there is none."""
    row = await connection.fetchrow(
        "select task_id, kind, loan_id, step_id, done_on, outcome from task"
        " where borrower_id = $1 and task_id = $2 for update",
        borrower_id, task_id,
    )  # fmt: skip
    return None if row is None else KeptTask(*row)


async def end_task(
    connection: Connection, borrower_id: str, task_id: str, outcome: str, operator: str, on: date
) -> None:  # fmt: skip
    """Note what came of a task."""
    await connection.execute(
        "update task set done_on = $3, outcome = $4, operator = $5 where borrower_id = $1 and task_id = $2",
        borrower_id, task_id, on, outcome, operator,
    )  # fmt: skip
