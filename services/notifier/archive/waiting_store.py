"""The SQL of keeping back messages that wait: by an operator's command, or because their borrower is erased."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

import asyncpg

from schemas.notifier import NotificationSuppressed
from services.eventing.database import Connection
from services.notifier.sending.event_store import Telling, tell

KeptBackBy = Literal["cancelled", "erased"]
_WAITS: Final = "status in ('queued', 'deferred', 'waiting_for_contact')"
_MAY_HAVE_LEFT: Final = (
    "exists (select from kept_dispatch k where k.borrower_id = message.borrower_id"
    " and k.dispatch_id = message.dispatch_id)"
)


async def keep_back(
    connection: Connection, borrower_id: str, notification_id: str, rule: KeptBackBy, at: datetime
) -> bool:
    """Keep a message back that waits, and tell so; False if it does not wait, or may have left."""
    row = await connection.fetchrow(
        "select notification_id from message where borrower_id = $1 and notification_id = $2"
        f" and {_WAITS} and not {_MAY_HAVE_LEFT} for update",
        borrower_id, notification_id,
    )  # fmt: skip
    if row is None:
        return False
    await _suppress(connection, borrower_id, [notification_id], rule, at)
    return True


async def keep_back_all(connection: Connection, borrower_id: str, rule: KeptBackBy, at: datetime) -> int | None:
    """Keep all messages of a locked borrower back that wait; None if one is on its way, and then nothing changes.

    One that is to be repeated, because it may have left, is on its way.
    A sender that has one in hand waits for the borrower: to wait for it in turn would never end.
    """
    rows = await connection.fetch(
        f"select notification_id from message where borrower_id = $1 and {_WAITS} and not {_MAY_HAVE_LEFT}"
        " for update skip locked",
        borrower_id,
    )
    waiting = [row[0] for row in rows]
    on_its_way = await connection.fetchval(
        f"select exists (select from message where borrower_id = $1 and notification_id <> all($2::text[])"
        f" and (status = 'leaving' or {_WAITS}))",
        borrower_id, waiting,
    )  # fmt: skip
    if on_its_way:
        return None
    await _suppress(connection, borrower_id, waiting, rule, at)
    return len(waiting)


async def call_off_calls(connection: Connection, borrower_id: str, at: datetime) -> int:
    """Call off all calls to a locked borrower that were not made; returns how many."""
    status = await connection.execute(
        "update agent_call set status = 'cancelled', ended_at = $2, reason = null"
        " where borrower_id = $1 and status in ('open', 'claimed')",
        borrower_id, at,
    )  # fmt: skip
    return int(status.rsplit(" ", 1)[1])


async def _suppress(
    connection: Connection, borrower_id: str, notification_ids: Sequence[str], rule: KeptBackBy, at: datetime
) -> None:
    decision = {"outcome": "suppress", "rule": rule, "decided_at": at.isoformat()}
    rows = await connection.fetch(
        "update message set status = 'suppressed', reason = $3, decision = $4, ended_at = $5"
        " where borrower_id = $1 and notification_id = any($2::text[]) returning loan_id, notification_id, reminder_id,"
        " step_id, template, traceparent",
        borrower_id, notification_ids, rule, json.dumps(decision), at,
    )  # fmt: skip
    await tell(connection, [_told(borrower_id, row, rule) for row in rows])


def _told(borrower_id: str, row: asyncpg.Record, rule: str) -> Telling:
    about: dict[str, Any] = {name: value for name, value in row.items() if name != "traceparent"}
    return Telling(NotificationSuppressed(borrower_id=borrower_id, rule=rule, **about), row["traceparent"])
