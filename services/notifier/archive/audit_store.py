"""The SQL of the audit. Entries are never changed."""

import json
from collections.abc import Sequence
from typing import Final

import asyncpg

from services.eventing.database import Connection
from services.notifier.archive.audit import Audited, AuditRecord

_COLUMNS: Final = (
    "audit_id, nullif(borrower_id, '') as borrower_id, at, action, caller, key_id, operator, request_id,"
    " what::text as what"
)


async def note(connection: Connection, entries: Sequence[Audited]) -> None:
    """Write entries of the audit, in the transaction of what they tell of."""
    await connection.executemany(
        "insert into audit (borrower_id, at, action, caller, key_id, operator, request_id, what)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)",
        [
            (one.borrower_id or "", one.at, one.action, one.caller, one.key_id, one.operator, one.request_id,
             json.dumps(one.what))
            for one in entries
        ],
    )  # fmt: skip


async def audit_of_borrower(connection: Connection, borrower_id: str) -> list[AuditRecord]:
    """All entries about a borrower, oldest first."""
    rows = await connection.fetch(f"select {_COLUMNS} from audit where borrower_id = $1 order by audit_id", borrower_id)
    return [_entry(row) for row in rows]


async def audit_page(
    connection: Connection, borrower_id: str | None, operator: str | None, before: int | None, limit: int
) -> list[AuditRecord]:
    """At most `limit` entries before the one with the number `before`, newest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from audit where ($1::text is null or borrower_id = $1)"
        " and ($2::text is null or operator = $2) and ($3::bigint is null or audit_id < $3)"
        " order by audit_id desc limit $4",
        borrower_id, operator, before, limit,
    )  # fmt: skip
    return [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> AuditRecord:
    return AuditRecord(**{**row, "what": json.loads(row["what"])})
