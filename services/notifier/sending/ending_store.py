"""Writing how attempts ended, and what a sender that died has left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.dunning import Channel
from schemas.values import ComponentAmounts
from services.eventing.database import Connection
from services.notifier.channels.channel import Delivery
from services.notifier.sending.digest import Dispatch, DispatchPart
from services.notifier.sending.ending import Ending, Failed, Sent, TriedAgain, TriedElsewhere, Unknown
from services.notifier.sending.message import MessageRequest


@dataclass(frozen=True, slots=True)
class EndedPart:
    """One message of a dispatch, and how the attempt ended. `is_kept`: it may be repeated only as it was."""

    dispatch: Dispatch
    part: DispatchPart
    ending: Ending
    is_kept: bool

    @property
    def key(self) -> tuple[str, str]:
        """Borrower id and notification id."""
        return self.part.message.request.borrower_id, self.part.message.request.notification_id


@dataclass(frozen=True, slots=True)
class _Row:
    """What an ending changes; None leaves the column as it is."""

    status: str
    reason: str = ""
    delivery: Delivery | None = None
    next_attempt_at: datetime | None = None
    waits_for: Channel | None = None
    spent: Channel | None = None
    channel_attempts: int | None = None
    ended_at: datetime | None = None


async def end_attempts(connection: Connection, ended: Sequence[EndedPart], at: datetime) -> set[tuple[str, str]]:
    """Record endings, and return the keys of those messages that were still on their way by these dispatches.

    Of a dispatch of several messages the first bears the cost.
    """
    rows = []
    for one in sorted(ended, key=lambda part: part.key):
        row = _row(one, at)
        delivery = row.delivery
        is_first = one.part is one.dispatch.parts[0]
        priced = delivery if is_first else None
        rows.append((
            *one.key, one.dispatch.dispatch_id, row.status, row.reason,
            None if delivery is None else delivery.provider_message_id,
            None if priced is None else priced.segments,
            None if priced is None else priced.cost_micros,
            None if priced is None else priced.cost_currency,
            row.next_attempt_at, row.waits_for, row.spent, row.channel_attempts, row.ended_at,
            one.is_kept or row.ended_at is not None,
        ))  # fmt: skip
    changed = await connection.fetch(
        "update message m set status = n.status, reason = n.reason,"
        " provider_message_id = coalesce(n.provider_message_id, m.provider_message_id),"
        " segments = coalesce(n.segments, m.segments), cost_micros = coalesce(m.cost_micros + n.cost_micros,"
        "  n.cost_micros, m.cost_micros), cost_currency = coalesce(n.cost_currency, m.cost_currency),"
        " next_attempt_at = coalesce(n.next_attempt_at, m.next_attempt_at),"
        " waits_for = coalesce(n.waits_for, m.waits_for),"
        " spent_channels = case when n.spent is null then m.spent_channels else m.spent_channels || n.spent end,"
        " channel_attempts = coalesce(n.channel_attempts, m.channel_attempts), ended_at = n.ended_at,"
        " dispatch_id = case when n.keeps_dispatch then m.dispatch_id end"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int8[],"
        "  $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::int[], $14::timestamptz[], $15::bool[])"
        "  as n (borrower_id, notification_id, dispatch_id, status, reason, provider_message_id, segments, cost_micros,"
        "  cost_currency, next_attempt_at, waits_for, spent, channel_attempts, ended_at, keeps_dispatch)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id and m.status = 'leaving'"
        "  and m.dispatch_id = n.dispatch_id"
        " returning m.borrower_id, m.notification_id",
        *zip(*rows, strict=True),
    )
    return {(row["borrower_id"], row["notification_id"]) for row in changed}


def _row(one: EndedPart, at: datetime) -> _Row:
    message = one.part.message
    match one.ending:
        case Sent(delivery):
            return _Row("sent", delivery=delivery, ended_at=at)
        case TriedAgain(again_at, reason, counts):
            attempts = message.channel_attempts + (1 if counts else 0)
            return _Row("queued", reason, next_attempt_at=again_at, channel_attempts=attempts)
        case TriedElsewhere(channel, reason):
            return _Row("queued", reason, next_attempt_at=at, waits_for=channel, spent=one.dispatch.channel,
                        channel_attempts=0)  # fmt: skip
        case Failed(reason):
            return _Row("failed", reason, ended_at=at)
        case Unknown(reason):
            return _Row("unknown", reason, ended_at=at)


@dataclass(frozen=True, slots=True)
class LeftLeaving:
    """A message that a sender left on its way. `is_kept`: it can be repeated as it was."""

    request: MessageRequest
    channel: Channel
    dispatch_id: str | None
    is_kept: bool


async def left_leaving(connection: Connection, in_flight: Collection[str]) -> list[LeftLeaving]:
    """Messages on their way by no dispatch that this process has in flight, locked until the transaction ends."""
    rows = await connection.fetch(
        "select m.borrower_id, m.notification_id, m.reminder_id, m.loan_id, m.step_id, m.template, m.channels,"
        " m.currency, m.due_on, m.days_past_due, m.traceparent, m.dispatch_id,"
        " coalesce(m.channel, m.waits_for, m.channels[1]) as channel, k.dispatch_id is not null as is_kept"
        " from message m left join kept_dispatch k on k.borrower_id = m.borrower_id and k.dispatch_id = m.dispatch_id"
        " where m.status = 'leaving' and coalesce(m.dispatch_id, '') <> all ($1::text[])"
        " order by m.borrower_id, m.notification_id for update of m",
        sorted(in_flight),
    )
    return [
        LeftLeaving(
            MessageRequest(row["borrower_id"], row["notification_id"], row["reminder_id"], row["loan_id"],
                           row["step_id"], row["template"], tuple(row["channels"]), row["currency"], row["due_on"],
                           row["days_past_due"], ComponentAmounts(), row["traceparent"]),
            row["channel"], row["dispatch_id"], row["is_kept"],
        )
        for row in rows
    ]  # fmt: skip


async def repeat_left(connection: Connection, left: Sequence[LeftLeaving], at: datetime) -> None:
    """Let messages be tried again as they were."""
    if left:
        await connection.execute(
            "update message m set status = 'queued', next_attempt_at = $3, waits_for = m.channel"
            " from unnest($1::text[], $2::text[]) as n (borrower_id, notification_id)"
            " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
            [one.request.borrower_id for one in left], [one.request.notification_id for one in left], at,
        )  # fmt: skip


async def lose_left(connection: Connection, left: Sequence[LeftLeaving], reason: str, at: datetime) -> None:
    """Keep that the fate of messages is not known."""
    if left:
        await connection.execute(
            "update message m set status = 'unknown', reason = $3, channel = n.channel, ended_at = $4"
            " from unnest($1::text[], $2::text[], $5::text[]) as n (borrower_id, notification_id, channel)"
            " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
            [one.request.borrower_id for one in left], [one.request.notification_id for one in left], reason, at,
            [one.channel for one in left],
        )  # fmt: skip
