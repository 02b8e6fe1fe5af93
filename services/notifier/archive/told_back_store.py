"""The SQL of reading what providers, agents and borrowers told back. Sealed texts are opened. Raises SealBroken."""

import json
from typing import Any

import asyncpg

from services.eventing.database import Connection
from services.notifier.archive.delivery_records import AgentCallContent, AgentCallRecord, ReceiptRecord, ReplyRecord
from services.notifier.archive.page_records import (
    AcceptanceRecord,
    AnswerRecord,
    KeptOfferRecord,
    PageLinkRecord,
    PageVisitRecord,
)
from services.notifier.sealing.key_ring import KeyRing

_CALL_FIELDS = tuple(AgentCallRecord.model_fields)


async def receipts_of(
    connection: Connection, borrower_id: str, notification_id: str | None = None
) -> list[ReceiptRecord]:
    """What providers told of one message of a borrower, or of all, oldest first."""
    rows = await connection.fetch(
        "select notification_id, provider, provider_message_id, status, told_at, received_at from receipt"
        " where borrower_id = $1 and ($2::text is null or notification_id = $2) order by received_at, notification_id",
        borrower_id, notification_id,
    )  # fmt: skip
    return [ReceiptRecord(**row) for row in rows]


async def replies_of(connection: Connection, keys: KeyRing, borrower_id: str) -> list[ReplyRecord]:
    """What a borrower wrote back, oldest first."""
    rows = await connection.fetch(
        "select provider, reply_id, meaning, sealed, received_at from reply where borrower_id = $1"
        " order by received_at, reply_id",
        borrower_id,
    )
    return [
        ReplyRecord(
            provider=row["provider"], reply_id=row["reply_id"], meaning=row["meaning"],
            text=_opened_text(keys, borrower_id, row["sealed"]), received_at=row["received_at"],
        )
        for row in rows
    ]  # fmt: skip


async def agent_calls_page(
    connection: Connection, status: str | None, borrower_id: str | None, after: tuple[Any, str, str] | None, limit: int
) -> list[AgentCallRecord]:
    """At most `limit` calls that follow one of them (`not_before`, borrower id, call id), the most urgent first."""
    moment, after_borrower_id, after_call_id = after or (None, "", "")
    rows = await connection.fetch(
        f"select {', '.join(_CALL_FIELDS)} from agent_call where ($1::text is null or status = $1)"
        " and ($2::text is null or borrower_id = $2)"
        " and ($3::timestamptz is null or (not_before, borrower_id, call_id) > ($3, $4, $5))"
        " order by not_before, borrower_id, call_id limit $6",
        status, borrower_id, moment, after_borrower_id, after_call_id, limit,
    )  # fmt: skip
    return [AgentCallRecord(**row) for row in rows]


async def agent_calls_of(
    connection: Connection, keys: KeyRing, borrower_id: str, call_id: str | None = None
) -> list[AgentCallContent]:
    """One call to a borrower whole, or all, oldest first."""
    rows = await connection.fetch(
        f"select {', '.join(_CALL_FIELDS)}, sealed from agent_call where borrower_id = $1"
        " and ($2::text is null or call_id = $2) order by asked_at, call_id",
        borrower_id, call_id,
    )  # fmt: skip
    return [
        AgentCallContent(
            call=AgentCallRecord(**{name: row[name] for name in _CALL_FIELDS}),
            to_say=_opened(keys, borrower_id, row["sealed"]),
        )
        for row in rows
    ]


async def page_links_of(connection: Connection, borrower_id: str) -> list[PageLinkRecord]:
    """Links that were sent to a borrower and are kept, by their end."""
    rows = await connection.fetch(
        "select loan_id, offer_id, channel, expires_at, used_at, failures, locked_at from page_link"
        " where borrower_id = $1 order by expires_at, link_digest",
        borrower_id,
    )
    return [PageLinkRecord(**row) for row in rows]


async def page_visits_of(connection: Connection, borrower_id: str) -> list[PageVisitRecord]:
    """Visits of a borrower that are kept, oldest first."""
    rows = await connection.fetch(
        "select loan_id, offer_id, factor, started_at, expires_at from page_visit where borrower_id = $1"
        " order by started_at, visit_digest",
        borrower_id,
    )
    return [PageVisitRecord(**row) for row in rows]


async def offers_of(connection: Connection, keys: KeyRing, borrower_id: str) -> list[KeptOfferRecord]:
    """Offers to a borrower, oldest first."""
    rows = await connection.fetch(
        "select offer_id, loan_id, status, closed_reason, plan_id, viewed_at, sealed from kept_offer"
        " where borrower_id = $1 order by made_on, offer_id",
        borrower_id,
    )
    return [KeptOfferRecord(**_without_seal(row), made=_opened(keys, borrower_id, row["sealed"])) for row in rows]


async def acceptances_of(connection: Connection, keys: KeyRing, borrower_id: str) -> list[AcceptanceRecord]:
    """What a borrower accepted, oldest first."""
    rows = await connection.fetch(
        "select offer_id, loan_id, plan_id, accepted_on, accepted_at, language, factor,"
        " encode(shown_sha256, 'hex') as shown_sha256, sealed_shown as sealed from offer_acceptance"
        " where borrower_id = $1 order by accepted_at, offer_id",
        borrower_id,
    )
    return [AcceptanceRecord(**_without_seal(row), shown=_opened(keys, borrower_id, row["sealed"])) for row in rows]


async def answers_of(connection: Connection, keys: KeyRing, borrower_id: str) -> list[AnswerRecord]:
    """What else a borrower told, oldest first."""
    rows = await connection.fetch(
        "select answer_id, kind, loan_id, offer_id, answered_on, answered_at, sealed from borrower_answer"
        " where borrower_id = $1 order by answered_at, answer_id",
        borrower_id,
    )
    return [AnswerRecord(**_without_seal(row), content=_opened(keys, borrower_id, row["sealed"])) for row in rows]


def _without_seal(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "sealed"}


def _opened_text(keys: KeyRing, borrower_id: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else keys.open(borrower_id, sealed).decode("utf-8", "replace")


def _opened(keys: KeyRing, borrower_id: str, sealed: bytes | None) -> Any:
    """JSON as it was sealed, or a text that is none."""
    text = _opened_text(keys, borrower_id, sealed)
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
