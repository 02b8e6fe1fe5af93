"""Writing what was decided about messages whose time has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.eventing.database import Connection
from services.notifier.channels.channel import OutboundMessage
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.borrower_plan import CrowdedOut
from services.notifier.sending.decision_record import record_of
from services.notifier.sending.digest import Dispatch
from services.notifier.sending.sealed_words import opened_outbound, sealed_archive, sealed_outbound
from services.notifier.sending.verdict import Verdict
from services.notifier.sending.wording import Worded


async def mark_leaving(connection: Connection, keys: KeyRing, leaving: Sequence[Worded], at: datetime) -> None:
    """Mark the messages of dispatches as leaving, with their words."""
    rows = []
    for worded in leaving:
        sealed = sealed_archive(keys, worded)
        for part in worded.dispatch.parts:
            message = part.message
            rows.append((
                message.request.borrower_id, message.request.notification_id, worded.dispatch.channel,
                worded.outbound.language, worded.dispatch.dispatch_id, record_of(part.decision, at), sealed,
                message.attempts, message.channel_attempts, message.channel_since,
            ))  # fmt: skip
    if not rows:
        return
    await connection.execute(
        "update message m set status = 'leaving', reason = '', channel = n.channel, waits_for = n.channel,"
        " language = n.language, dispatch_id = n.dispatch_id, decision = n.decision::jsonb, sealed = n.sealed,"
        " attempts = n.attempts, channel_attempts = n.channel_attempts, channel_since = n.channel_since,"
        " marked_at = $11"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::int[],"
        "  $9::int[], $10::timestamptz[]) as n (borrower_id, notification_id, channel, language, dispatch_id, decision,"
        "  sealed, attempts, channel_attempts, channel_since)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
        *zip(*rows, strict=True), at,
    )  # fmt: skip


async def mark_repeated(connection: Connection, repeated: Sequence[Dispatch], at: datetime) -> None:
    """Mark the messages of dispatches that are repeated as leaving again; their words stay."""
    rows = [
        (part.message.request.borrower_id, part.message.request.notification_id, part.message.attempts,
         part.message.channel_attempts, part.message.channel_since, record_of(part.decision, at))
        for dispatch in repeated for part in dispatch.parts
    ]  # fmt: skip
    if not rows:
        return
    await connection.execute(
        "update message m set status = 'leaving', attempts = n.attempts, channel_attempts = n.channel_attempts,"
        " channel_since = n.channel_since, decision = n.decision::jsonb, marked_at = $7"
        " from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::timestamptz[], $6::text[])"
        "  as n (borrower_id, notification_id, attempts, channel_attempts, channel_since, decision)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
        *zip(*rows, strict=True), at,
    )  # fmt: skip


async def keep_dispatches(connection: Connection, keys: KeyRing, leaving: Sequence[Worded]) -> None:
    """Keep dispatches whole, so that they can be repeated."""
    if leaving:
        rows = [(w.dispatch.borrower_id, w.dispatch.dispatch_id, sealed_outbound(keys, w.outbound)) for w in leaving]
        await connection.execute(
            "insert into kept_dispatch (borrower_id, dispatch_id, sealed)"
            " select * from unnest($1::text[], $2::text[], $3::bytea[])",
            *zip(*rows, strict=True),
        )


async def kept_dispatches(
    connection: Connection, keys: KeyRing, repeated: Sequence[Dispatch]
) -> Mapping[str, OutboundMessage]:
    """What dispatches that are repeated say, by dispatch id. Raises SealBroken."""
    if not repeated:
        return {}
    rows = await connection.fetch(
        "select borrower_id, dispatch_id, sealed from kept_dispatch"
        " where (borrower_id, dispatch_id) in (select * from unnest($1::text[], $2::text[]))",
        [dispatch.borrower_id for dispatch in repeated], [dispatch.dispatch_id for dispatch in repeated],
    )  # fmt: skip
    return {row["dispatch_id"]: opened_outbound(keys, row["borrower_id"], row["sealed"]) for row in rows}


async def forget_dispatches(connection: Connection, dispatches: Sequence[tuple[str, str]]) -> None:
    """Forget dispatches (borrower id, dispatch id) that are not repeated any more."""
    if dispatches:
        await connection.execute(
            "delete from kept_dispatch where (borrower_id, dispatch_id) in"
            " (select * from unnest($1::text[], $2::text[]))",
            *zip(*dispatches, strict=True),
        )


async def write_verdicts(connection: Connection, verdicts: Sequence[Verdict], at: datetime) -> None:
    """Keep what was decided of messages that do not leave."""
    rows = [
        (v.message.request.borrower_id, v.message.request.notification_id, v.status, v.reason, v.decision, v.until,
         v.channel, at if v.is_end else None)
        for v in verdicts
    ]  # fmt: skip
    if not rows:
        return
    await connection.execute(
        "update message m set status = n.status, reason = n.reason, decision = coalesce(n.decision::jsonb, m.decision),"
        " next_attempt_at = coalesce(n.until, m.next_attempt_at), told_until = coalesce(n.until, m.told_until),"
        " waits_for = coalesce(n.channel, m.waits_for), ended_at = n.ended_at"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],"
        "  $8::timestamptz[])"
        "  as n (borrower_id, notification_id, status, reason, decision, until, channel, ended_at)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
        *zip(*rows, strict=True),
    )


async def let_wait(connection: Connection, crowded_out: Sequence[CrowdedOut]) -> None:
    """Let messages wait for the channel that they may leave by."""
    rows = [(one.message.request.borrower_id, one.message.request.notification_id, one.channel) for one in crowded_out]
    if rows:
        await connection.execute(
            "update message m set waits_for = n.channel"
            " from unnest($1::text[], $2::text[], $3::text[]) as n (borrower_id, notification_id, channel)"
            " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id"
            " and m.waits_for is distinct from n.channel",
            *zip(*rows, strict=True),
        )
