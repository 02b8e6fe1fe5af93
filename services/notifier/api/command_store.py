"""The SQL of commands."""

from datetime import datetime

from services.eventing.api_commands import Answered, Sender
from services.eventing.database import Connection
from services.notifier.api.command_requests import Command


async def keep_command(
    connection: Connection, command: Command, sender: Sender, subject_id: str, answered: Answered, at: datetime
) -> None:
    """Keep a command that took effect; its key is locked."""
    await connection.execute(
        "insert into command (borrower_id, caller, idempotency_key, kind, subject_id, request, request_sha256, reason,"
        " key_id, operator, request_id, status, answer, recorded_at)"
        " values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14)",
        command.borrower_id, sender.key.name, sender.idempotency_key, command.kind, subject_id,
        command.request.model_dump_json(), command.sha256, command.request.reason, sender.key.id, sender.operator,
        sender.request_id, answered.status, answered.text, at,
    )  # fmt: skip


async def has_loan(connection: Connection, borrower_id: str, loan_id: str) -> bool:
    """Whether the ledger told of a loan of the borrower."""
    found = await connection.fetchval(
        "select true from loan_standing where borrower_id = $1 and loan_id = $2", borrower_id, loan_id
    )
    return found is True
