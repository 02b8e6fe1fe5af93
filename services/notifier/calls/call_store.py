"""All SQL of calls."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import asyncpg

from services.eventing.database import Connection
from services.notifier.calls.agent_call import AgentCall, CalledMessage, CallScript
from services.notifier.contact_rules.facts import Outcome
from services.notifier.sealing.key_ring import KeyRing

_CALL = (
    "borrower_id, call_id, dispatch_id, notification_id, loan_id, language, status, asked_at, not_before, attempts,"
    " claimed_by, claimed_at"
)


async def messages_of(connection: Connection, borrower_id: str, dispatch_id: str) -> list[CalledMessage]:
    """The messages of a dispatch that are not ended, locked until the transaction ends."""
    rows = await connection.fetch(
        "select borrower_id, notification_id, reminder_id, loan_id, step_id, template, due_on, traceparent"
        " from message where borrower_id = $1 and dispatch_id = $2 and status in ('leaving', 'sent')"
        " order by notification_id for update",
        borrower_id, dispatch_id,
    )  # fmt: skip
    return [CalledMessage(**dict(row)) for row in rows]


async def add_call(connection: Connection, keys: KeyRing, call: AgentCall, script: CallScript) -> bool:
    """Ask for a call; False if it was asked for before."""
    plain = json.dumps({"title": script.title, "text": script.text, "details": script.details}, ensure_ascii=False)
    status = await connection.execute(
        "insert into agent_call (borrower_id, call_id, dispatch_id, notification_id, loan_id, language, status, sealed,"
        " asked_at, not_before) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9) on conflict do nothing",
        call.borrower_id, call.call_id, call.dispatch_id, call.notification_id, call.loan_id, call.language,
        keys.seal(call.borrower_id, plain.encode()), call.asked_at, call.not_before,
    )  # fmt: skip
    return bool(status == "INSERT 0 1")


async def waiting_calls(connection: Connection, at: datetime, lapsed: datetime, limit: int) -> list[AgentCall]:
    """Calls that can be claimed at `at`, longest waiting first; claims made before `lapsed` count no more."""
    rows = await connection.fetch(
        f"select {_CALL} from agent_call where not_before <= $1"
        " and (status = 'open' or (status = 'claimed' and claimed_at < $2))"
        " order by not_before, call_id limit $3",
        at, lapsed, limit,
    )  # fmt: skip
    return [_call(row) for row in rows]


async def lock_call(connection: Connection, borrower_id: str, call_id: str) -> AgentCall | None:
    """One call, locked until the transaction ends."""
    row = await connection.fetchrow(
        f"select {_CALL} from agent_call where borrower_id = $1 and call_id = $2 for update", borrower_id, call_id
    )
    return None if row is None else _call(row)


async def script_of(connection: Connection, keys: KeyRing, borrower_id: str, call_id: str) -> CallScript:
    """What the agent is to say. Raises SealBroken."""
    sealed = await connection.fetchval(
        "select sealed from agent_call where borrower_id = $1 and call_id = $2", borrower_id, call_id
    )
    return CallScript(**json.loads(keys.open(borrower_id, sealed)))


async def other_claim(connection: Connection, borrower_id: str, call_id: str, lapsed: datetime) -> str | None:
    """Who is calling the borrower about something else. The borrower is locked."""
    claimed_by = await connection.fetchval(
        "select claimed_by from agent_call where borrower_id = $1 and call_id <> $2 and status = 'claimed'"
        " and claimed_at >= $3 limit 1",
        borrower_id, call_id, lapsed,
    )  # fmt: skip
    return cast("str | None", claimed_by)


async def mark_claimed(connection: Connection, call: AgentCall, agent: str, at: datetime) -> None:
    """An agent makes the call."""
    await connection.execute(
        "update agent_call set status = 'claimed', claimed_by = $3, claimed_at = $4"
        " where borrower_id = $1 and call_id = $2",
        call.borrower_id, call.call_id, agent, at,
    )  # fmt: skip


async def put_back(connection: Connection, call: AgentCall, not_before: datetime, outcome: Outcome | None) -> None:
    """The call waits again; with an outcome it was made once more."""
    await connection.execute(
        "update agent_call set status = 'open', claimed_by = null, claimed_at = null, not_before = $3,"
        " outcome = coalesce($4, outcome), attempts = attempts + case when $4::text is null then 0 else 1 end"
        " where borrower_id = $1 and call_id = $2",
        call.borrower_id, call.call_id, not_before, outcome,
    )  # fmt: skip


async def end_call(
    connection: Connection, call: AgentCall, at: datetime, *, outcome: Outcome | None, reason: str | None
) -> None:
    """The call is over: with an outcome it was made, without it is called off."""
    await connection.execute(
        "update agent_call set status = case when $4::text is null then 'cancelled' else 'done' end,"
        " outcome = coalesce($4, outcome), reason = $5, ended_at = $3,"
        " attempts = attempts + case when $4::text is null then 0 else 1 end"
        " where borrower_id = $1 and call_id = $2",
        call.borrower_id, call.call_id, at, outcome, reason,
    )  # fmt: skip


async def end_messages(
    connection: Connection, messages: Sequence[CalledMessage], status: str, reasons: Sequence[str], at: datetime
) -> None:
    """Messages that the call does not bring, each with why."""
    if messages:
        await connection.execute(
            "update message m set status = $4, reason = n.reason, ended_at = $5"
            " from unnest($1::text[], $2::text[], $3::text[]) as n (borrower_id, notification_id, reason)"
            " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
            [message.borrower_id for message in messages], [message.notification_id for message in messages],
            list(reasons), status, at,
        )  # fmt: skip


def _call(row: asyncpg.Record) -> AgentCall:
    kept: dict[str, Any] = dict(row)
    return AgentCall(**kept)
