"""Calls that people make, on a real database: asked for, claimed when the rules allow it, and how they ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest

from schemas.dunning import Channel
from services.eventing.clock import FixedClock
from services.eventing.database import Pool
from services.notifier.borrowers.wishes_store import opt_out
from services.notifier.calls.agent_call import CalledAgain, CallPatience, NotReached, Reached
from services.notifier.calls.agent_calls import AgentCalls, CallCancelled, CallToMake, CallWaits
from services.notifier.calls.call_channel import AgentCallChannel
from services.notifier.calls.call_errors import BorrowerBeingCalled, CallNotClaimed, CallOver, CallUnknown
from services.notifier.calls.call_rules import may_call
from services.notifier.channels.channel import Channel as SendingChannel
from services.notifier.channels.channel import FateUnknown, OutboundMessage
from services.notifier.contact_rules.facts import Outcome
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from tests.notifier.borrowers.telling import (
    BY_THE_CLOCK,
    KEYS,
    NOON,
    Notifier,
    hold_began,
    opened,
    opted_out,
    paid,
    registered,
)
from tests.notifier.receipts.sent_messages import asked_for, left, status_of, told

PHONE = "+8613800000000"
NIGHT = datetime(2026, 3, 6, 15, tzinfo=UTC)
"""23:00 in Shanghai."""
SCRIPT = OutboundMessage(
    borrower_id="borrower-1", loan_id="loan-1", notification_id="N:1", idempotency_key="D:1", template="overdue_soft",
    language="en", to=PHONE, subject="Overdue instalment", text="Tell her kindly", payload={"due_on": "2026-03-05"},
)  # fmt: skip
CALL = "call:D:1"
CALLS = AgentCalls(
    KEYS,
    BY_THE_CLOCK,
    partial(may_call, shipped_rule_sets().in_force("CN", NOON)),
    CallPatience(attempts=2, wait=timedelta(hours=3), claim_lapses_after=timedelta(hours=1)),
)


async def call_is_asked_for(notifier: Notifier, number: int = 1, channels: tuple[Channel, ...] = ("call",)) -> None:
    """A reminder that leaves as a call."""
    if number == 1:
        await notifier.take(registered(phone=PHONE, email="ada@example.org", language="en"), opened())
    dispatch_id = f"D:{number}"
    await left(
        notifier.pool, asked_for(number, channels=channels), "call", name=f"call:{dispatch_id}", dispatch_id=dispatch_id
    )
    channel = AgentCallChannel(notifier.pool, KEYS, FixedClock(NOON))
    await channel.send(replace(SCRIPT, notification_id=f"N:{number}", idempotency_key=dispatch_id))


@asynccontextmanager
async def transaction(notifier: Notifier) -> AsyncIterator[Any]:
    async with notifier.pool.acquire() as connection, connection.transaction():
        yield connection


async def claim(
    notifier: Notifier, agent: str = "agent-1", at: datetime = NOON, call_id: str = CALL
) -> CallToMake | CallWaits | CallCancelled:
    async with transaction(notifier) as connection:
        return await CALLS.claim(connection, "borrower-1", call_id, agent, at)


async def record(
    notifier: Notifier, outcome: Outcome, at: datetime = NOON, agent: str = "agent-1"
) -> Reached | CalledAgain | NotReached:
    async with transaction(notifier) as connection:
        return await CALLS.record_outcome(connection, "borrower-1", CALL, agent, outcome, at)


async def waiting(notifier: Notifier, at: datetime = NOON) -> list[str]:
    async with notifier.pool.acquire() as connection:
        return [call.call_id for call in await CALLS.waiting(connection, at, 10)]


async def test_a_message_becomes_a_call_once_and_is_told(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    channel: SendingChannel = AgentCallChannel(notifier.pool, KEYS, FixedClock(NOON))
    delivery = await channel.send(SCRIPT)
    assert (channel.name, channel.honours_key, delivery.provider_message_id) == ("call", True, CALL)
    assert await waiting(notifier) == [CALL]
    (event,) = await told(notifier.pool)
    assert (event.kind, event.data["notification_id"]) == ("agent-call-requested", "N:1")


async def test_what_is_to_be_said_is_kept_sealed(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    sealed = await notifier.pool.fetchval("select sealed from agent_call")
    assert b"kindly" not in sealed
    assert b"kindly" in KEYS.open("borrower-1", sealed)


async def test_an_agent_gets_number_and_script_with_the_claim(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    claimed = await claim(notifier)
    assert isinstance(claimed, CallToMake)
    assert (claimed.name, claimed.phone) == ("Ada Example", PHONE)
    assert (claimed.script.title, claimed.script.text) == ("Overdue instalment", "Tell her kindly")
    assert claimed.script.details == {"due_on": "2026-03-05"}
    assert [message.loan_id for message in claimed.about] == ["loan-1"]
    assert await waiting(notifier) == []


async def test_a_number_that_was_changed_since_is_the_one_that_is_called(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await notifier.take(registered(phone="+8613900000000", language="en"))
    claimed = await claim(notifier)
    assert isinstance(claimed, CallToMake)
    assert claimed.phone == "+8613900000000"


async def test_of_two_agents_at_once_one_gets_the_call(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    results = await asyncio.gather(
        *(claim(notifier, agent) for agent in ("agent-1", "agent-2")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["BorrowerBeingCalled", "CallToMake"]


async def test_a_borrower_is_called_by_one_agent_at_a_time(notifier: Notifier) -> None:
    await call_is_asked_for(notifier, 1)
    await call_is_asked_for(notifier, 2)
    await claim(notifier)
    with pytest.raises(BorrowerBeingCalled, match="agent-1 is calling"):
        await claim(notifier, "agent-2", call_id="call:D:2")


async def test_a_claim_that_nobody_ended_lapses(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await claim(notifier)
    later = NOON + timedelta(hours=1, seconds=1)
    assert await waiting(notifier, later) == [CALL]
    assert isinstance(await claim(notifier, "agent-2", later), CallToMake)
    with pytest.raises(CallNotClaimed):
        await record(notifier, "conversation", later)


async def test_a_call_at_night_waits_until_the_morning(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    waits = await claim(notifier, at=NIGHT)
    assert isinstance(waits, CallWaits)
    assert waits.until == datetime(2026, 3, 7, 0, tzinfo=UTC)
    assert (waits.rule, bool(waits.clause)) == ("contact-hours", True)
    assert await waiting(notifier, NIGHT) == []
    assert await waiting(notifier, waits.until) == [CALL]


async def test_a_call_whose_reason_was_paid_is_called_off_and_told(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await notifier.take(paid())
    assert await claim(notifier) == CallCancelled(("paid-since",))
    assert await status_of(notifier.pool) == ("suppressed", "call")
    requested, suppressed = await told(notifier.pool)
    assert requested.kind == "agent-call-requested"
    assert (suppressed.kind, suppressed.sequence, suppressed.data["rule"]) == (
        "notification-suppressed",
        2,
        "paid-since",
    )
    with pytest.raises(CallOver, match="is cancelled"):
        await claim(notifier)


@pytest.mark.parametrize("wish", ["opt-out", "hold"])
async def test_a_borrower_who_may_not_be_called_is_not(wish: str, notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    if wish == "opt-out":
        async with transaction(notifier) as connection:
            await opt_out(connection, [opted_out("call")])
    else:
        await notifier.take(hold_began())
    cancelled = await claim(notifier)
    assert isinstance(cancelled, CallCancelled)
    suppressed = (await told(notifier.pool))[-1]
    assert suppressed.data["rule"] == cancelled.reasons[0]
    assert suppressed.data["rules_version"]
    assert suppressed.data["clause"]


async def test_a_payment_and_a_claim_at_once_exclude_each_other(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    async with transaction(notifier) as paying:
        await notifier.take_on(paying, paid())
        claiming = asyncio.create_task(claim(notifier))
        await asyncio.wait([claiming], timeout=0.3)
        assert not claiming.done(), "it waits for what is being told"
    assert await claiming == CallCancelled(("paid-since",))


async def test_a_conversation_is_history_and_the_message_is_told_as_sent(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await claim(notifier)
    assert await record(notifier, "conversation") == Reached()
    (past,) = (await notifier.known()).history
    assert (past.channel, past.outcome, past.debt, past.by_borrower) == ("call", "conversation", "loan-1", False)
    assert past.address is not None
    kinds = {event.kind: event for event in await told(notifier.pool)}
    assert kinds["contact-recorded"].data["outcome"] == "conversation"
    assert kinds["notification-sent"].data["channel"] == "call"
    assert kinds["notification-sent"].sequence == 2
    with pytest.raises(CallOver, match="is done"):
        await record(notifier, "conversation")


async def test_who_is_not_reached_is_called_again_and_the_attempt_is_history(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await claim(notifier)
    assert await record(notifier, "unanswered") == CalledAgain(NOON + timedelta(hours=3))
    assert [past.outcome for past in (await notifier.known()).history] == ["unanswered"]
    assert await waiting(notifier, NOON + timedelta(hours=2)) == []
    assert await waiting(notifier, NOON + timedelta(hours=3)) == [CALL]
    with pytest.raises(CallNotClaimed):
        await record(notifier, "unanswered")


@pytest.mark.parametrize(
    ("channels", "status", "last"),
    [(("call",), ("failed", "call"), "notification-failed"), (("call", "email"), ("queued", "email"), None)],
)
async def test_after_the_last_attempt_the_message_leaves_elsewhere_or_fails(
    channels: tuple[Channel, ...], status: tuple[str, str], last: str | None, notifier: Notifier
) -> None:
    await call_is_asked_for(notifier, channels=channels)
    for at in (NOON, NOON + timedelta(hours=3)):
        await claim(notifier, at=at)
        ending = await record(notifier, "unanswered", at)
    assert isinstance(ending, NotReached)
    assert await status_of(notifier.pool) == status
    ends = [event.kind for event in await told(notifier.pool) if event.kind.startswith("notification")]
    assert ends == ([] if last is None else [last])


async def test_a_borrower_without_a_number_is_not_called(notifier: Notifier) -> None:
    await call_is_asked_for(notifier)
    await notifier.take(registered(email="ada@example.org", language="en"))
    assert await claim(notifier) == CallCancelled(("call: no number",))
    assert await status_of(notifier.pool) == ("failed", "call")


async def test_a_call_that_is_not_there_is_told_by_name(notifier: Notifier) -> None:
    with pytest.raises(CallUnknown, match="borrower-1 has no call 'call:D:1'"):
        await claim(notifier)


async def test_a_database_that_breaks_off_leaves_it_unknown_whether_the_call_was_asked_for() -> None:
    class NoPool:
        def acquire(self) -> Any:
            raise ConnectionResetError("gone")

    channel = AgentCallChannel(cast(Pool, NoPool()), KEYS, FixedClock(NOON))
    with pytest.raises(FateUnknown, match="call: the database broke off"):
        await channel.send(SCRIPT)
