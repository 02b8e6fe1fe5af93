"""The SQL of the record of commands."""

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


async def keep_command(connection: Connection, done: DoneCommand) -> None:
    """Keep a command that took effect; its key is locked."""
    await connection.execute(
        "insert into command (borrower_id, caller, idempotency_key, loan_id, kind, fact_id, request, request_sha256,"
        " reason, key_id, operator, request_id, status, answer)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14)",
        done.borrower_id, done.caller, done.idempotency_key, done.loan_id, done.kind, done.fact_id, done.request_json,
        done.request_sha256, done.reason, done.key_id, done.operator, done.request_id, done.status, done.answer,
    )  # fmt: skip
