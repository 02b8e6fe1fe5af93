"""Messages that left, as the notifier's tables have them, and what was told and kept of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.dunning import Channel
from schemas.templates import Template
from schemas.values import ComponentAmounts
from services.eventing.database import Connection, Pool
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.sending.message import MessageRequest
from services.notifier.sending.queue_store import queue
from tests.notifier.borrowers.telling import NOON


@dataclass(frozen=True)
class Event:
    """An event that waits for the relay."""

    kind: str
    sequence: int
    data: dict[str, Any]


def asked_for(
    number: int = 1,
    *,
    borrower_id: str = "borrower-1",
    loan_id: str = "loan-1",
    channels: Sequence[Channel] = ("sms", "email"),
    template: Template = "overdue_soft",
) -> MessageRequest:
    """A reminder of the instalment of 5 March."""
    return MessageRequest(
        borrower_id=borrower_id, notification_id=f"N:{number}", reminder_id=f"R:{number}", loan_id=loan_id,
        step_id="step-1", template=template, channels=tuple(channels), currency="EUR", due_on=date(2026, 3, 5),
        days_past_due=1, amounts=ComponentAmounts(principal_minor=1_000),
    )  # fmt: skip


async def left(
    pool: Pool,
    request: MessageRequest,
    channel: Channel = "sms",
    *,
    name: str = "m-1",
    dispatch_id: str = "D:1",
    address_digest: bytes | None = None,
    at: datetime = NOON,
) -> None:
    """A message that a provider took, and calls `name`."""
    async with pool.acquire() as connection, connection.transaction():
        await queue(connection, [request], at=at)
        await connection.execute(
            "update message set status = 'sent', channel = $3, provider_message_id = $4, dispatch_id = $5,"
            " ended_at = $6 where borrower_id = $1 and notification_id = $2",
            request.borrower_id, request.notification_id, channel, name, dispatch_id, at,
        )  # fmt: skip
        if channel != "call":
            made = ContactMade(
                request.borrower_id, dispatch_id, request.loan_id, channel, "sent", at, address_digest=address_digest
            )
            await record_contacts(connection, [made])


async def status_of(pool: Pool, number: int = 1, borrower_id: str = "borrower-1") -> tuple[str, str | None]:
    """The status of a message, and the channel that it left or leaves by."""
    row = await pool.fetchrow(
        "select status, waits_for, channel from message where borrower_id = $1 and notification_id = $2",
        borrower_id, f"N:{number}",
    )  # fmt: skip
    assert row is not None
    return row["status"], row["waits_for"] if row["status"] == "queued" else row["channel"]


async def told(pool: Pool | Connection) -> list[Event]:
    """The events that wait for the relay, in order."""
    rows = await pool.fetch("select event_type, sequence, value from outbox order by id")
    return [Event(row[0].split(".")[2], row[1], json.loads(row[2])) for row in rows]
