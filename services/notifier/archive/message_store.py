"""The SQL of looking messages up, newest first. Texts are opened only where they are asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg

from services.eventing.database import Connection
from services.eventing.personal_data import without_addresses
from services.notifier.archive.message_records import MessageContent, MessageRecord, MessageStatus
from services.notifier.sealing.key_ring import KeyRing

MessageKey = tuple[datetime, str, str]
"""When it was asked for, the borrower's id, its own id."""

_RECORD: Final = """
    borrower_id, notification_id, reminder_id, loan_id, step_id, template, purpose, status, reason, channel, channels,
    language, decision ->> 'rule' as rule, decision ->> 'clause' as clause,
    decision ->> 'rules_version' as rules_version, case status when 'deferred' then next_attempt_at end as until,
    asked_at, ended_at, attempts, dispatch_id, segments, cost_micros, cost_currency
"""
_CONTENT: Final = """
    currency, due_on, days_past_due, penalty_minor, fee_minor, interest_minor, principal_minor, about::text,
    decision::text as decision, provider_message_id, sealed, subject, body
"""
_PLAIN_CONTENT: Final = (
    "currency", "due_on", "days_past_due", "penalty_minor", "fee_minor", "interest_minor", "principal_minor",
    "provider_message_id",
)  # fmt: skip
_RECORD_FIELDS: Final = tuple(MessageRecord.model_fields)


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """Which messages are wanted; None where all are. `asked_before` is excluded."""

    borrower_id: str | None = None
    notification_id: str | None = None
    loan_id: str | None = None
    status: MessageStatus | None = None
    template: str | None = None
    rule: str | None = None
    asked_from: datetime | None = None
    asked_before: datetime | None = None


@dataclass(slots=True)
class _Conditions:
    """Conditions joined by `and`, with their arguments; those without a value do not count."""

    arguments: list[object] = field(default_factory=list)
    sentences: list[str] = field(default_factory=lambda: ["true"])

    def add(self, sentence: str, value: object) -> None:
        if value is not None:
            self.arguments.append(value)
            self.sentences.append(sentence.format(f"${len(self.arguments)}"))


async def messages_page(
    connection: Connection, search: MessageSearch, before: MessageKey | None, limit: int
) -> list[MessageRecord]:
    """At most `limit` messages that were asked for before one of them, newest first."""
    conditions = _Conditions()
    conditions.add("borrower_id = {}", search.borrower_id)
    conditions.add("notification_id = {}", search.notification_id)
    conditions.add("loan_id = {}", search.loan_id)
    conditions.add("status = {}", search.status)
    conditions.add("template = {}", search.template)
    conditions.add("decision ->> 'rule' = {}", search.rule)
    conditions.add("asked_at >= {}", search.asked_from)
    conditions.add("asked_at < {}", search.asked_before)
    if before is not None:
        places = ", ".join(f"${len(conditions.arguments) + place}" for place in (1, 2, 3))
        conditions.arguments += before
        conditions.sentences.append(f"(asked_at, borrower_id, notification_id) < ({places})")
    conditions.arguments.append(limit)
    rows = await connection.fetch(
        f"select {_RECORD} from message where {' and '.join(conditions.sentences)}"
        f" order by asked_at desc, borrower_id desc, notification_id desc limit ${len(conditions.arguments)}",
        *conditions.arguments,
    )
    return [_record(row) for row in rows]


async def message_record(connection: Connection, borrower_id: str, notification_id: str) -> MessageRecord | None:
    """What became of one message; None if there is none."""
    row = await connection.fetchrow(
        f"select {_RECORD} from message where borrower_id = $1 and notification_id = $2", borrower_id, notification_id
    )
    return None if row is None else _record(row)


async def message_contents(
    connection: Connection, keys: KeyRing, borrower_id: str, notification_id: str | None = None
) -> list[MessageContent]:
    """One message of a borrower whole, or all, oldest first. Raises SealBroken."""
    rows = await connection.fetch(
        f"select {_RECORD}, {_CONTENT} from message where borrower_id = $1"
        " and ($2::text is null or notification_id = $2) order by asked_at, notification_id",
        borrower_id, notification_id,
    )  # fmt: skip
    return [_content(keys, row) for row in rows]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many messages have a status, of one template by one channel; the channel is empty before one was chosen."""

    status: str
    template: str
    channel: str
    messages: int


async def outcome_counts(
    connection: Connection, asked_from: datetime, asked_before: datetime
) -> Sequence[OutcomeCount]:
    """Messages asked for within a time, counted."""
    rows = await connection.fetch(
        "select status, template, coalesce(channel, ''), count(*) from message"
        " where asked_at >= $1 and asked_at < $2 group by 1, 2, 3 order by 1, 2, 3",
        asked_from, asked_before,
    )  # fmt: skip
    return [OutcomeCount(*row) for row in rows]


def _record(row: asyncpg.Record) -> MessageRecord:
    shown: dict[str, Any] = {name: row[name] for name in _RECORD_FIELDS}
    return MessageRecord(**{**shown, "reason": without_addresses(row["reason"])})


def _content(keys: KeyRing, row: asyncpg.Record) -> MessageContent:
    words: dict[str, str | None] = {"subject": row["subject"], "text": row["body"]}
    if row["sealed"] is not None:
        words = json.loads(keys.open(row["borrower_id"], row["sealed"]))
    return MessageContent(
        message=_record(row),
        subject=words["subject"],
        text=words["text"],
        about=json.loads(row["about"]),
        decision=None if row["decision"] is None else json.loads(row["decision"]),
        **{name: row[name] for name in _PLAIN_CONTENT},
    )
