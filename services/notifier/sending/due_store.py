"""Reading what is due, locked so that no other transaction lets it leave."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from schemas.dunning import Channel
from schemas.values import ComponentAmounts
from services.eventing.database import Connection
from services.notifier.sending.message import NOTHING_ELSE, MessageAbout, MessageRequest, WaitingMessage
from services.notifier.sending.room import Room
from services.notifier.words import DIGESTIBLE

_COLUMNS = (
    "borrower_id, notification_id, reminder_id, loan_id, step_id, template, channels, currency, due_on, days_past_due,"
    " penalty_minor, fee_minor, interest_minor, principal_minor, traceparent, about::text, asked_at, next_attempt_at,"
    " attempts, channel, channel_attempts, channel_since, spent_channels, told_until,"
    " (select k.dispatch_id from kept_dispatch k where k.borrower_id = message.borrower_id"
    "  and k.dispatch_id = message.dispatch_id) as kept_dispatch_id"
)
_DIGESTIBLE = sorted(DIGESTIBLE)


async def take_due(
    connection: Connection, room: Room, channels: Collection[Channel], at: datetime
) -> dict[str, list[WaitingMessage]]:
    """The messages due at `at` that wait for a channel with room, oldest first, by borrower.

    With them come all others of the same borrowers that are due or wait for others to share a message with. All are
    locked until the transaction ends; what another transaction has locked is passed over.
    """
    wanted = [(channel, room.free(channel)) for channel in sorted(channels) if room.free(channel)]
    if not wanted:
        return {}
    first = await connection.fetch(
        "select due.borrower_id from unnest($1::text[], $2::int[]) as wanted (channel, places)"
        " cross join lateral (select m.borrower_id from message m where m.status in ('queued', 'deferred')"
        "  and m.waits_for = wanted.channel and m.next_attempt_at <= $3"
        "  order by m.next_attempt_at limit wanted.places for update skip locked) due",
        *zip(*wanted, strict=True), at,
    )  # fmt: skip
    if not first:
        return {}
    rows = await connection.fetch(
        f"select {_COLUMNS} from message where borrower_id = any($1::text[]) and status in ('queued', 'deferred')"
        " and (next_attempt_at <= $2 or (status = 'queued' and attempts = 0 and template = any($3::text[])))"
        " order by asked_at, notification_id for update skip locked",
        list({row[0] for row in first}), at, _DIGESTIBLE,
    )  # fmt: skip
    return _by_borrower([_waiting(row) for row in rows])


async def postpone(connection: Connection, messages: Sequence[WaitingMessage], until: datetime) -> None:
    """Look at messages again at `until`, and not before."""
    await connection.execute(
        "update message m set next_attempt_at = $3"
        " from unnest($1::text[], $2::text[]) as n (borrower_id, notification_id)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
        [one.request.borrower_id for one in messages], [one.request.notification_id for one in messages], until,
    )  # fmt: skip


def _by_borrower(messages: Sequence[WaitingMessage]) -> dict[str, list[WaitingMessage]]:
    sorted_out: dict[str, list[WaitingMessage]] = {}
    for message in messages:
        sorted_out.setdefault(message.request.borrower_id, []).append(message)
    return sorted_out


def _waiting(row: asyncpg.Record) -> WaitingMessage:
    about = row["about"]
    request = MessageRequest(
        row["borrower_id"], row["notification_id"], row["reminder_id"], row["loan_id"], row["step_id"],
        row["template"], tuple(row["channels"]), row["currency"], row["due_on"], row["days_past_due"],
        ComponentAmounts.model_construct(
            penalty_minor=row["penalty_minor"], fee_minor=row["fee_minor"], interest_minor=row["interest_minor"],
            principal_minor=row["principal_minor"],
        ),
        row["traceparent"],
        NOTHING_ELSE if about == "{}" else MessageAbout.model_validate_json(about),
    )  # fmt: skip
    return WaitingMessage(
        request, row["asked_at"], row["next_attempt_at"], row["attempts"], row["channel"], row["channel_attempts"],
        row["channel_since"], frozenset(row["spent_channels"]), row["told_until"], row["kept_dispatch_id"],
    )  # fmt: skip
