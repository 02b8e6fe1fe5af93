"""What borrowers write back to a text message, and what that does."""

from datetime import timedelta

import pytest

from tests.notifier.borrowers.telling import KEYS, NOON, Notifier, registered
from tests.notifier.receipts.provider_calls import ProviderCalls
from tests.notifier.receipts.sent_messages import told

PHONE = "+8613800000000"


async def test_stop_ends_text_messages_at_once(notifier: Notifier, provider: ProviderCalls) -> None:
    await notifier.take(registered(phone=PHONE))
    answer = await provider.passes_on("Stop")
    assert (answer.status_code, answer.json()) == (200, {"meaning": "stop"})
    known = await notifier.known()
    assert [(one.channel, one.purpose, one.source) for one in known.opt_outs] == [("sms", None, "reply")]
    assert known.history == ()
    (event,) = await told(notifier.pool)
    assert (event.kind, event.sequence) == ("opted-out", 1)
    assert (event.data["channel"], event.data["source"]) == ("sms", "reply")


async def test_start_lets_them_come_again(notifier: Notifier, provider: ProviderCalls) -> None:
    await notifier.take(registered(phone=PHONE))
    await provider.passes_on("TD", reply_id="r-1")
    provider.at = provider.clock.moment = NOON + timedelta(hours=1)
    answer = await provider.passes_on("START", reply_id="r-2")
    assert answer.json() == {"meaning": "start"}
    assert (await notifier.known()).opt_outs == ()
    assert [event.kind for event in await told(notifier.pool)] == ["opted-out", "opted-in"]


async def test_anything_else_is_a_conversation_that_the_borrower_began(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await notifier.take(registered(phone=PHONE))
    await provider.passes_on("我下周还款")
    (past,) = (await notifier.known()).history
    assert (past.channel, past.outcome, past.by_borrower, past.debt) == ("sms", "conversation", True, None)
    (event,) = await told(notifier.pool)
    assert event.kind == "contact-recorded"
    assert event.data["is_by_borrower"] is True


async def test_a_reply_passed_on_twice_counts_once(notifier: Notifier, provider: ProviderCalls) -> None:
    await notifier.take(registered(phone=PHONE))
    for _ in range(2):
        assert (await provider.passes_on("hello")).status_code == 200
    assert len((await notifier.known()).history) == 1
    assert len(await told(notifier.pool)) == 1


async def test_what_was_written_is_kept_sealed(notifier: Notifier, provider: ProviderCalls) -> None:
    await notifier.take(registered(phone=PHONE))
    await provider.passes_on("我下周还款")
    sealed = await notifier.pool.fetchval("select sealed from reply")
    assert KEYS.open("borrower-1", sealed).decode() == "我下周还款"
    assert "还款".encode() not in sealed


async def test_stop_holds_for_each_borrower_with_the_number(notifier: Notifier, provider: ProviderCalls) -> None:
    await notifier.take(registered("borrower-1", phone=PHONE), registered("borrower-2", phone=PHONE))
    await provider.passes_on("STOP")
    for borrower_id in ("borrower-1", "borrower-2"):
        assert (await notifier.known(borrower_id)).opt_outs


@pytest.mark.parametrize("sender", ["13800000000", "+86 138 0000 0000", "+86-13800000000"])
async def test_a_number_is_known_however_it_is_written(
    sender: str, notifier: Notifier, provider: ProviderCalls
) -> None:
    await notifier.take(registered(phone=PHONE))
    assert (await provider.passes_on("STOP", sender)).json() == {"meaning": "stop"}


async def test_a_number_that_nobody_has_is_taken_and_has_no_effect(notifier: Notifier, provider: ProviderCalls) -> None:
    answer = await provider.passes_on("STOP")
    assert (answer.status_code, answer.json()) == (202, {"meaning": "unknown-sender"})
    assert await told(notifier.pool) == []


async def test_a_reply_without_a_number_is_answered_422_and_told_nothing(provider: ProviderCalls) -> None:
    answer = await provider.passes_on("STOP", "Bank")
    assert (answer.status_code, answer.json()["field"], answer.json()["value"]) == (422, "from", None)


async def test_a_reply_that_the_provider_signed_long_ago_is_answered_401(provider: ProviderCalls) -> None:
    provider.at = NOON - timedelta(minutes=6)
    answer = await provider.passes_on("STOP")
    assert (answer.status_code, answer.json()["field"]) == (401, "X-Time")
