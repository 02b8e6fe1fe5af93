"""All SQL of the notifier. Every statement serves a whole batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg

from schemas.dunning import ReminderRequested
from schemas.ledger import LedgerEventData
from schemas.lending import BorrowerRegistered
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.notifier.gate import GateFacts


@dataclass(frozen=True, slots=True)
class Contact:
    """How a borrower is reached."""

    name: str
    email: str | None
    phone: str | None
    language: str

    def address(self, channel: str) -> str | None:
        """The address for a channel, if known."""
        return self.email if channel == "email" else self.phone


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message about to leave, with what the gate must know."""

    borrower_id: str
    notification_id: str
    reminder_id: str
    loan_id: str
    step_id: str
    template: str
    channels: tuple[str, ...]
    currency: str
    due_on: date
    days_past_due: int
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    traceparent: str | None
    attempts: int
    contact: Contact
    gate_facts: GateFacts


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended; `retry_after` None means for good."""

    message: QueuedMessage
    status: str
    reason: str = ""
    channel: str | None = None
    subject: str | None = None
    body: str | None = None
    provider_message_id: str | None = None
    retry_after: timedelta = timedelta(0)


async def save_contacts(connection: Connection, events: Sequence[ReceivedEvent[BorrowerRegistered]]) -> None:
    """Keep the newest contact data of each borrower, and release the messages that waited for them."""
    newest = {event.data.borrower_id: event for event in events}
    rows = [
        (borrower_id, e.data.name, e.data.email, e.data.phone, e.data.language, e.data.time_zone, e.sequence)
        for borrower_id, e in sorted(newest.items())
    ]
    await connection.execute(
        "insert into contact (borrower_id, name, email, phone, language, time_zone, sequence)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[])"
        " on conflict (borrower_id) do update set name = excluded.name, email = excluded.email,"
        " phone = excluded.phone, language = excluded.language, time_zone = excluded.time_zone,"
        " sequence = excluded.sequence, registered_at = now()"
        " where excluded.sequence is null or contact.sequence is null or excluded.sequence > contact.sequence",
        *zip(*rows, strict=True),
    )
    await connection.execute(
        "update message set status = 'queued' where status = 'waiting_for_contact' and borrower_id = any($1::text[])",
        sorted(newest),
    )


async def save_standings(connection: Connection, events: Sequence[ReceivedEvent[LedgerEventData]]) -> None:
    """Keep the newest standing of each loan."""
    newest: dict[tuple[str, str], ReceivedEvent[LedgerEventData]] = {}
    for event in events:
        key = (event.data.borrower_id, event.data.loan_id)
        if key not in newest or (event.sequence or 0) > (newest[key].sequence or 0):
            newest[key] = event
    rows = [
        (*key, event.sequence or 0, event.data.standing.oldest_unpaid_due_on, event.data.standing.settled)
        for key, event in sorted(newest.items())
    ]
    await connection.execute(
        "insert into loan_standing (borrower_id, loan_id, ledger_sequence, oldest_unpaid_due_on, settled)"
        " select * from unnest($1::text[], $2::text[], $3::int8[], $4::date[], $5::bool[])"
        " on conflict (borrower_id, loan_id) do update set ledger_sequence = excluded.ledger_sequence,"
        " oldest_unpaid_due_on = excluded.oldest_unpaid_due_on, settled = excluded.settled"
        " where excluded.ledger_sequence > loan_standing.ledger_sequence",
        *zip(*rows, strict=True),
    )


async def queue_messages(connection: Connection, events: Sequence[ReceivedEvent[ReminderRequested]]) -> int:
    """Queue a message for each reminder not seen before. Returns how many are new."""
    rows = [
        (
            e.data.borrower_id, notification_id(e.data.reminder_id), e.data.reminder_id, e.data.loan_id, e.data.step_id,
            e.data.template, ",".join(e.data.channels), e.data.currency, e.data.due_on, e.data.days_past_due,
            e.data.amounts.penalty_minor, e.data.amounts.fee_minor, e.data.amounts.interest_minor,
            e.data.amounts.principal_minor, e.traceparent,
        )
        for e in sorted(events, key=lambda event: (event.data.borrower_id, event.data.reminder_id))
    ]  # fmt: skip
    status = await connection.execute(
        "insert into message (borrower_id, notification_id, reminder_id, loan_id, step_id, template, channels,"
        " currency, due_on, days_past_due, penalty_minor, fee_minor, interest_minor, principal_minor, traceparent,"
        " status)"
        " select n.a, n.b, n.c, n.d, n.e, n.f, string_to_array(n.g, ','), n.h, n.i, n.j, n.k, n.l, n.m, n.n, n.o,"
        "  case when exists (select 1 from contact where contact.borrower_id = n.a)"
        "  then 'queued'::message_status else 'waiting_for_contact' end"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
        "  $9::date[], $10::int4[], $11::int8[], $12::int8[], $13::int8[], $14::int8[], $15::text[])"
        "  as n (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)"
        " on conflict do nothing",
        *zip(*rows, strict=True),
    )
    return int(status.rsplit(" ", 1)[1])


def notification_id(reminder_id: str) -> str:
    """The id of the message for a reminder."""
    return f"N:{reminder_id}"


async def take_queued(connection: Connection, limit: int, unknown_after: timedelta) -> list[QueuedMessage]:
    """Mark the oldest messages whose time has come as sending, with the facts the gate needs.

    Ones left as sending for `unknown_after` belong to a sender that died: they are tried again under the same key.
    """
    rows = await connection.fetch(
        "with taken as (update message m set status = 'sending', attempts = m.attempts + 1,"
        "   next_attempt_at = clock_timestamp() + $2"
        "  from (select borrower_id, notification_id from message where status in ('queued', 'sending')"
        "    and next_attempt_at <= clock_timestamp() order by next_attempt_at limit $1 for update skip locked) q"
        "  where m.borrower_id = q.borrower_id and m.notification_id = q.notification_id returning m.*)"
        " select t.borrower_id, t.notification_id, t.reminder_id, t.loan_id, t.step_id, t.template, t.channels,"
        "  t.currency, t.due_on, t.days_past_due, t.penalty_minor, t.fee_minor, t.interest_minor, t.principal_minor,"
        "  t.traceparent, t.attempts, c.name, c.email, c.phone, c.language, s.oldest_unpaid_due_on, s.settled"
        " from taken t join contact c using (borrower_id) left join loan_standing s using (borrower_id, loan_id)",
        limit,
        unknown_after,
    )
    return [_queued(row) for row in rows]


async def reclaim_sending(connection: Connection) -> None:
    """Let messages left as sending be tried again at once, under the same key.

    For a sender that has just become the only one: whoever marked them is gone, and their fate is unknown.
    """
    await connection.execute("update message set next_attempt_at = clock_timestamp() where status = 'sending'")


async def end_messages(connection: Connection, endings: Sequence[Ending]) -> None:
    """Record how attempts ended."""
    rows = [
        (e.message.borrower_id, e.message.notification_id, e.status, e.reason, e.channel, e.message.contact.language,
         e.subject, e.body, e.provider_message_id, e.retry_after)
        for e in sorted(endings, key=lambda ending: (ending.message.borrower_id, ending.message.notification_id))
    ]  # fmt: skip
    await connection.execute(
        "update message m set status = n.status::message_status, reason = n.reason, channel = n.channel,"
        " language = n.language, subject = n.subject, body = n.body, provider_message_id = n.provider_message_id,"
        " next_attempt_at = clock_timestamp() + n.retry_after,"
        " ended_at = case when n.status = 'queued' then null else clock_timestamp() end"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
        "  $9::text[], $10::interval[]) as n (borrower_id, notification_id, status, reason, channel, language, subject,"
        "  body, provider_message_id, retry_after)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id and m.status = 'sending'",
        *zip(*rows, strict=True),
    )


async def messages_by_status(connection: Connection) -> dict[tuple[str, str], int]:
    """Messages counted by (status, channel); the channel is empty before one was chosen."""
    rows = await connection.fetch(
        "select status::text, coalesce(channel, ''), count(*) from message group by 1, 2 order by 1, 2"
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def messages_to_send(connection: Connection) -> int:
    """Messages that are queued or on their way."""
    return int(await connection.fetchval("select count(*) from message where status in ('queued', 'sending')"))


_OWN_COLUMNS = (
    "borrower_id", "notification_id", "reminder_id", "loan_id", "step_id", "template", "currency", "due_on",
    "days_past_due", "penalty_minor", "fee_minor", "interest_minor", "principal_minor", "traceparent", "attempts",
)  # fmt: skip


def _queued(row: asyncpg.Record) -> QueuedMessage:
    own = {name: row[name] for name in _OWN_COLUMNS}
    return QueuedMessage(
        **own,
        channels=tuple(row["channels"]),
        contact=Contact(row["name"], row["email"], row["phone"], row["language"]),
        gate_facts=GateFacts(row["settled"] is not None, row["oldest_unpaid_due_on"], bool(row["settled"])),
    )
