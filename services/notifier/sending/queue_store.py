"""The queue of messages: how one gets into it, and back into it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from services.eventing.database import Connection
from services.notifier.contact_rules.purposes import PURPOSE_BY_TEMPLATE
from services.notifier.sending.message import MessageRequest
from services.notifier.words import DIGESTIBLE

NO_WINDOW: Final = timedelta(0)


async def queue(
    connection: Connection, requests: Sequence[MessageRequest], *, at: datetime, digest_window: timedelta = NO_WINDOW
) -> int:
    """Queue messages not seen before, and return how many are new.

    One that may share a message with others waits for them for `digest_window`, if more than one loan of the borrower
    is open. One to a borrower of whom no contact is known waits until it is.
    """
    if not requests:
        return 0
    rows = [
        (r.borrower_id, r.notification_id, r.reminder_id, r.loan_id, r.step_id, r.template,
         PURPOSE_BY_TEMPLATE[r.template], ",".join(r.channels), r.currency, r.due_on, r.days_past_due,
         r.amounts.penalty_minor, r.amounts.fee_minor, r.amounts.interest_minor, r.amounts.principal_minor,
         r.about.model_dump_json(exclude_none=True), r.traceparent, r.template in DIGESTIBLE)
        for r in sorted(requests, key=lambda one: (one.borrower_id, one.notification_id))
    ]  # fmt: skip
    status = await connection.execute(_QUEUE, *zip(*rows, strict=True), at, digest_window)
    return int(status.rsplit(" ", 1)[1])


_QUEUE: Final = """
insert into message (borrower_id, notification_id, reminder_id, loan_id, step_id, template, purpose, channels,
    waits_for, currency, due_on, days_past_due, penalty_minor, fee_minor, interest_minor, principal_minor, about,
    traceparent, status, asked_at, next_attempt_at)
select n.borrower_id, n.notification_id, n.reminder_id, n.loan_id, n.step_id, n.template, n.purpose,
    string_to_array(n.channels, ','), split_part(n.channels, ',', 1), n.currency, n.due_on, n.days_past_due, n.penalty,
    n.fee, n.interest, n.principal, n.about::jsonb, n.traceparent,
    case when exists (select from contact where contact.borrower_id = n.borrower_id)
        then 'queued' else 'waiting_for_contact' end,
    $19,
    case when n.is_digestible and $20::interval > '0'::interval
        and (select count(*) from loan_standing s where s.borrower_id = n.borrower_id and not s.settled) > 1
        then $19::timestamptz + $20::interval else $19 end
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::date[], $11::int4[], $12::int8[], $13::int8[], $14::int8[], $15::int8[], $16::text[], $17::text[], $18::bool[])
    as n (borrower_id, notification_id, reminder_id, loan_id, step_id, template, purpose, channels, currency, due_on,
        days_past_due, penalty, fee, interest, principal, about, traceparent, is_digestible)
on conflict do nothing
"""


async def release_waiting(connection: Connection, borrower_ids: Sequence[str]) -> None:
    """A contact of these borrowers became known: what waited for it may leave."""
    await connection.execute(
        "update message set status = 'queued' where status = 'waiting_for_contact' and borrower_id = any($1::text[])",
        sorted(borrower_ids),
    )


async def release_forgotten(connection: Connection) -> None:
    """Release what waits for a contact that is known: it came while the message was being queued."""
    await connection.execute(
        "update message m set status = 'queued' where m.status = 'waiting_for_contact'"
        " and exists (select from contact c where c.borrower_id = m.borrower_id)"
    )


async def requeue_elsewhere(
    connection: Connection, borrower_id: str, notification_id: str, after_channel: str, *, at: datetime
) -> bool:
    """Let a message that left by a channel, and did not arrive, leave by the next one that it asks for.

    False, and nothing changes, if it asks for no other, or did not leave by this one.
    """
    status = await connection.execute(
        "update message m set status = 'queued', next_attempt_at = $4, waits_for = left_over.channel,"
        " spent_channels = m.spent_channels || $3::text, channel_attempts = 0, channel_since = null,"
        " dispatch_id = null, ended_at = null"
        " from (select c.channel from message o, unnest(o.channels) with ordinality c (channel, place)"
        "  where o.borrower_id = $1 and o.notification_id = $2 and c.channel <> $3"
        "  and c.channel <> all (o.spent_channels) order by c.place limit 1) left_over"
        " where m.borrower_id = $1 and m.notification_id = $2 and m.status = 'sent' and m.channel = $3",
        borrower_id, notification_id, after_channel, at,
    )  # fmt: skip
    return bool(status == "UPDATE 1")


async def messages_by_status(connection: Connection) -> dict[tuple[str, str], int]:
    """Messages counted by (status, channel); the channel is empty before one was chosen."""
    rows = await connection.fetch(
        "select status, coalesce(channel, ''), count(*) from message group by 1, 2 order by 1, 2"
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def messages_to_send(connection: Connection) -> int:
    """Messages that are queued or on their way; what a contact rule defers is not counted."""
    return int(await connection.fetchval("select count(*) from message where status in ('queued', 'leaving')"))
