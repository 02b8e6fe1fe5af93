"""The SQL of the record of commands."""

import json
from dataclasses import dataclass

from services.eventing.database import Connection


@dataclass(frozen=True, slots=True)
class DoneCommand:
    """What is kept of a command that took effect; see migration 0004."""

    borrower_id: str
    caller: str
    idempotency_key: str
    loan_id: str
    kind: str
    fact_id: str
    request_json: str
    request_sha256: str
    reason: str
    key_id: str
    operator: str | None
    request_id: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class FormerAnswer:
    """What a command was answered, and which command it was."""

    request_sha256: str
    status: int
    answer: str


async def lock_key(connection: Connection, borrower_id: str, caller: str, idempotency_key: str) -> FormerAnswer | None:
    """Wait for whoever has the same key in hand, and hold it until the transaction ends.

    Returns the answer to the command that the key stands for; None if it stands for none yet.
    """
    name = json.dumps([borrower_id, caller, idempotency_key])
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"amends-command {name}")
    row = await connection.fetchrow(
        "select request_sha256, status, answer from command"
        " where borrower_id = $1 and caller = $2 and idempotency_key = $3",
        borrower_id, caller, idempotency_key,
    )  # fmt: skip
    return None if row is None else FormerAnswer(*row)


async def keep_command(connection: Connection, done: DoneCommand) -> None:
    """Keep a command that took effect; its key is locked."""
    await connection.execute(
        "insert into command (borrower_id, caller, idempotency_key, loan_id, kind, fact_id, request, request_sha256,"
        " reason, key_id, operator, request_id, status, answer)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14)",
        done.borrower_id, done.caller, done.idempotency_key, done.loan_id, done.kind, done.fact_id, done.request_json,
        done.request_sha256, done.reason, done.key_id, done.operator, done.request_id, done.status, done.answer,
    )  # fmt: skip
