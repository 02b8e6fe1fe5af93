"""The contacts that rules count, each once, and as far back as they look."""

from dataclasses import replace
from datetime import timedelta

from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts, take_back_contacts
from services.notifier.borrowers.lender_calendar import HISTORY_DAYS
from services.notifier.contact_rules.facts import PastContact
from tests.notifier.borrowers.telling import NOON, Notifier, call_made

MOMENT = timedelta(microseconds=1)


async def test_a_contact_is_known_with_all_that_rules_ask(notifier: Notifier) -> None:
    made = ContactMade("borrower-1", "c-1", "loan-1", "email", "sent", NOON, address_digest=b"\x01\xff")
    await record_contacts(notifier.pool, [made])
    assert (await notifier.known()).history == (
        PastContact("email", NOON, "loan-1", "sent", "borrower", by_borrower=False, address="01ff"),
    )


async def test_a_contact_counts_once_by_its_id(notifier: Notifier) -> None:
    assert await record_contacts(notifier.pool, [call_made("c-1"), call_made("c-1"), call_made("c-2")]) == 2
    assert await record_contacts(notifier.pool, [replace(call_made("c-1"), outcome="sent")]) == 0
    assert [one.outcome for one in (await notifier.known()).history] == ["conversation", "conversation"]


async def test_contacts_of_two_borrowers_may_have_one_id(notifier: Notifier) -> None:
    assert await record_contacts(notifier.pool, [call_made("c-1"), call_made("c-1", borrower_id="borrower-2")]) == 2


async def test_a_contact_that_was_not_made_after_all_does_not_count(notifier: Notifier) -> None:
    await record_contacts(notifier.pool, [call_made("c-1"), call_made("c-2")])
    await take_back_contacts(notifier.pool, [("borrower-1", "c-1"), ("borrower-1", "never")])
    assert len((await notifier.known()).history) == 1


async def test_a_message_by_the_lender_s_app_counts_as_one_by_sms(notifier: Notifier) -> None:
    await record_contacts(notifier.pool, [ContactMade("borrower-1", "c-1", None, "app", "sent", NOON)])
    assert [one.channel for one in (await notifier.known()).history] == ["sms"]


async def test_contacts_of_two_months_are_known_and_no_older_ones(notifier: Notifier) -> None:
    oldest = NOON - timedelta(days=HISTORY_DAYS)
    await record_contacts(notifier.pool, [call_made("in-time", at=oldest), call_made("too-old", at=oldest - MOMENT)])
    assert [one.at for one in (await notifier.known()).history] == [oldest]


async def test_a_contact_after_the_moment_asked_about_is_not_known_yet(notifier: Notifier) -> None:
    await record_contacts(notifier.pool, [call_made(at=NOON + MOMENT)])
    assert (await notifier.known(at=NOON)).history == ()


async def test_contacts_are_known_as_far_back_as_the_rules_look(notifier: Notifier) -> None:
    notifier.calendar = replace(notifier.calendar, history_days=100)
    await record_contacts(notifier.pool, [call_made(at=NOON - timedelta(days=100))])
    assert len((await notifier.known()).history) == 1
