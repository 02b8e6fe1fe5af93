"""What a provider tells of a message, and what that does."""

import asyncio
from datetime import timedelta

import pytest

from services.notifier.borrowers.contact_seal import phone_digest
from services.notifier.channels.mail_message import message_id
from tests.notifier.borrowers.telling import KEYS, NOON, Notifier, registered
from tests.notifier.receipts.provider_calls import ProviderCalls, provider_calls
from tests.notifier.receipts.sent_messages import asked_for, left, status_of, told

PHONE = "+8613800000000"


async def know(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.org", phone=PHONE, language="en"))


async def test_a_delivery_is_told_once_with_its_time(notifier: Notifier, provider: ProviderCalls) -> None:
    await left(notifier.pool, asked_for())
    at = NOON - timedelta(seconds=90)
    answer = await provider.tells("DELIVRD", at=at.isoformat())
    assert (answer.status_code, answer.json()["taken"]) == (200, 1)
    again = await provider.tells("DELIVRD", at=at.isoformat())
    assert (again.status_code, again.json()["duplicate"]) == (200, 1)
    (event,) = await told(notifier.pool)
    assert (event.kind, event.sequence, event.data["channel"]) == ("notification-delivered", 1, "sms")
    assert event.data["notification_id"] == "N:1"
    assert event.data["delivered_at"] == "2026-03-06T03:58:30Z"


async def test_a_receipt_of_a_message_of_several_reminders_is_of_each(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    for number in (1, 2):
        await left(notifier.pool, asked_for(number, loan_id=f"loan-{number}"))
    await provider.tells("DELIVRD")
    assert [event.data["notification_id"] for event in await told(notifier.pool)] == ["N:1", "N:2"]


async def test_what_bounced_leaves_by_the_next_channel_and_the_address_is_used_no_more(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for(), address_digest=phone_digest(KEYS, PHONE))
    await provider.tells("UNDELIV")
    assert await status_of(notifier.pool) == ("queued", "email")
    assert (await notifier.known()).unusable_channels == {"sms"}
    (event,) = await told(notifier.pool)
    assert event.kind == "notification-undelivered"
    assert (event.data["kind"], event.data["is_tried_elsewhere"]) == ("bounced", True)


async def test_a_bounce_of_an_address_that_was_changed_since_spoils_nothing(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for(), address_digest=phone_digest(KEYS, "+8613900000000"))
    await provider.tells("UNDELIV")
    assert (await notifier.known()).unusable_channels == frozenset()


@pytest.mark.parametrize(("word", "kind"), [("EXPIRED", "expired"), ("REJECTD", "rejected")])
async def test_what_did_not_arrive_goes_elsewhere_and_the_address_stays(
    word: str, kind: str, notifier: Notifier, provider: ProviderCalls
) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for())
    await provider.tells(word)
    assert await status_of(notifier.pool) == ("queued", "email")
    assert (await notifier.known()).unusable_channels == frozenset()
    assert [event.data["kind"] for event in await told(notifier.pool)] == [kind]


async def test_without_another_channel_it_stays_undelivered(notifier: Notifier, provider: ProviderCalls) -> None:
    await left(notifier.pool, asked_for(channels=("sms",)))
    await provider.tells("UNDELIV")
    assert await status_of(notifier.pool) == ("sent", "sms")
    assert [event.data["is_tried_elsewhere"] for event in await told(notifier.pool)] == [False]


async def test_a_repeated_bounce_of_what_left_elsewhere_since_is_no_news(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for())
    await provider.tells("UNDELIV")
    await notifier.pool.execute(
        "update message set status = 'sent', channel = 'email', provider_message_id = '<k@lender.example>'"
    )
    answer = await provider.tells("UNDELIV")
    assert (answer.status_code, answer.json()["duplicate"]) == (200, 1)
    assert await status_of(notifier.pool) == ("sent", "email")


async def test_a_complaint_opts_the_borrower_out_of_the_channel(notifier: Notifier, provider: ProviderCalls) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for(channels=("email", "sms")), "email", name="<k@lender.example>")
    answer = await provider.mails_tell(("complaint", "k@lender.example"))
    assert answer.status_code == 200
    known = await notifier.known()
    assert [one.channel for one in known.opt_outs] == ["email"]
    assert known.unusable_channels == {"email"}
    assert await status_of(notifier.pool) == ("sent", "email")
    events = {event.kind: event.data for event in await told(notifier.pool)}
    assert events["opted-out"]["channel"] == "email"
    assert events["notification-undelivered"]["kind"] == "complained"
    assert not events["notification-undelivered"]["is_tried_elsewhere"]


@pytest.mark.parametrize("told_as", ["<k@lender.example>", "k@lender.example"])
async def test_a_message_id_is_known_with_and_without_brackets(
    told_as: str, notifier: Notifier, provider: ProviderCalls
) -> None:
    await left(notifier.pool, asked_for(), "email", name="<k@lender.example>")
    await provider.mails_tell(("delivered", told_as))
    assert [event.kind for event in await told(notifier.pool)] == ["notification-delivered"]


async def test_a_receipt_tells_the_fate_of_a_message_that_may_have_been_taken(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await left(notifier.pool, asked_for(channels=("email",)), "email", dispatch_id="D:1.a/b")
    await notifier.pool.execute("update message set status = 'unknown', provider_message_id = null, reason = 'lost'")
    answer = await provider.mails_tell(("delivered", message_id("D:1.a/b", "lender.example")))
    assert (answer.status_code, answer.json()["taken"]) == (200, 1)
    assert await status_of(notifier.pool) == ("sent", "email")
    assert [event.kind for event in await told(notifier.pool)] == ["notification-delivered"]


async def test_several_receipts_come_in_one_request(notifier: Notifier, provider: ProviderCalls) -> None:
    for number in (1, 2):
        await left(notifier.pool, asked_for(number), "email", name=f"<{number}@x>", dispatch_id=f"D:{number}")
    answer = await provider.mails_tell(("delivered", "1@x"), ("delivered", "2@x"), ("delivered", "1@x"))
    assert answer.json() == {"taken": 2, "duplicate": 1, "ignored": 0, "unknown_message": 0}


async def test_a_word_that_says_nothing_final_is_set_aside(notifier: Notifier, provider: ProviderCalls) -> None:
    await left(notifier.pool, asked_for())
    answer = await provider.tells("ACCEPTD")
    assert (answer.status_code, answer.json()["ignored"]) == (200, 1)
    assert await told(notifier.pool) == []


async def test_the_same_receipt_told_many_times_at_once_is_told_on_once(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    await know(notifier)
    await left(notifier.pool, asked_for())
    answers = await asyncio.gather(*(provider.tells("UNDELIV") for _ in range(8)))
    assert sum(answer.json()["taken"] for answer in answers) == 1
    assert len(await told(notifier.pool)) == 1


async def test_a_message_that_is_not_known_is_answered_404_so_that_it_is_told_again(
    notifier: Notifier, provider: ProviderCalls
) -> None:
    early = await provider.tells("DELIVRD")
    assert early.status_code == 404
    assert early.json()["type"] == "urn:problem-type:amends:unknown-message"
    await left(notifier.pool, asked_for())
    assert (await provider.tells("DELIVRD")).status_code == 200


async def test_the_known_ones_among_unknown_ones_are_taken(notifier: Notifier, provider: ProviderCalls) -> None:
    await left(notifier.pool, asked_for(), "email", name="<1@x>")
    answer = await provider.mails_tell(("delivered", "9@x"), ("delivered", "1@x"))
    assert (answer.status_code, answer.json()["taken"], answer.json()["unknown_message"]) == (404, 1, 1)
    assert len(await told(notifier.pool)) == 1


async def test_a_provider_that_must_not_be_told_404_is_told_202(notifier: Notifier) -> None:
    async with provider_calls(notifier.pool, status_of_unknown=202) as provider:
        answer = await provider.tells("DELIVRD")
    assert (answer.status_code, answer.json()["unknown_message"]) == (202, 1)


async def test_one_of_several_signatures_is_enough(notifier: Notifier, provider: ProviderCalls) -> None:
    await left(notifier.pool, asked_for())
    document = {"data": {"id": "m-1", "status": "DELIVRD"}}
    signed = await provider.posts(document)
    right = signed.request.headers["webhook-signature"]
    answer = await provider.posts(document, webhook_signature=f"v1,AAAA v1a,BBBB {right}")
    assert (answer.status_code, answer.json()["duplicate"]) == (200, 1)
