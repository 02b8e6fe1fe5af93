"""Rows that are kept in plain, as before there were keys: they are sealed, a lot at a time."""

import json
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.eventing.database import Connection
from services.notifier.borrowers.contact_store import seal_plain_rows
from services.notifier.sealing.key_ring import KeyRing

SealRows = Callable[[Connection, KeyRing, int], Awaitable[int]]


async def seal_texts(connection: Connection, keys: KeyRing, limit: int) -> int:
    """Seal the texts of at most `limit` messages, and return how many there were."""
    rows = await connection.fetch(
        "select borrower_id, notification_id, subject, body from message"
        " where subject is not null or body is not null order by borrower_id, notification_id limit $1"
        " for update skip locked",
        limit,
    )
    sealed = [
        (row["borrower_id"], row["notification_id"], keys.seal(row["borrower_id"], json.dumps(
            {"subject": row["subject"], "text": row["body"]}, ensure_ascii=False).encode()))
        for row in rows
    ]  # fmt: skip
    await connection.executemany(
        "update message set subject = null, body = null, sealed = coalesce(sealed, $3)"
        " where borrower_id = $1 and notification_id = $2",
        sealed,
    )
    return len(sealed)


OF_TABLES: Final[Mapping[str, SealRows]] = MappingProxyType({"contact": seal_plain_rows, "message": seal_texts})
