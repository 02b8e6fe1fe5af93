"""What borrowers wish, kept once and told once."""

from datetime import timedelta

from services.eventing.envelope import OutgoingEvent
from services.notifier.borrowers.wishes_store import ConsentGiven, add_consents, opt_in, opt_out
from services.notifier.contact_rules.facts import Consent
from tests.notifier.borrowers.telling import NOON, Notifier, opted_in, opted_out


def told(events: list[OutgoingEvent]) -> list[tuple[str, int]]:
    """The kind and the number of each event."""
    return [(event.event_type.split(".")[2], event.sequence) for event in events]


async def test_an_opt_out_is_known(notifier: Notifier) -> None:
    await opt_out(notifier.pool, [opted_out("email", "offer")])
    (known,) = (await notifier.known()).opt_outs
    assert (known.channel, known.purpose, known.opted_out_at, known.source) == ("email", "offer", NOON, "page")


async def test_an_opt_out_is_told_once(notifier: Notifier) -> None:
    first = await opt_out(notifier.pool, [opted_out("email"), opted_out("email")])
    again = await opt_out(notifier.pool, [opted_out("email", at=NOON + timedelta(days=1))])
    assert (told(first), again) == ([("opted-out", 1)], [])


async def test_wishes_of_a_borrower_are_numbered_one_after_the_other(notifier: Notifier) -> None:
    events = await opt_out(notifier.pool, [opted_out("email"), opted_out("sms")])
    events += await opt_in(notifier.pool, [opted_in("sms")])
    events += await opt_out(notifier.pool, [opted_out("sms")])
    assert told(events) == [("opted-out", 1), ("opted-out", 2), ("opted-in", 3), ("opted-out", 4)]


async def test_an_opt_out_that_is_taken_back_is_known_no_more(notifier: Notifier) -> None:
    await opt_out(notifier.pool, [opted_out("email"), opted_out("sms")])
    await opt_in(notifier.pool, [opted_in("email")])
    assert [one.channel for one in (await notifier.known()).opt_outs] == ["sms"]


async def test_taking_one_channel_back_from_an_opt_out_of_all_leaves_the_others(notifier: Notifier) -> None:
    await opt_out(notifier.pool, [opted_out()])
    await opt_in(notifier.pool, [opted_in("email")])
    assert {one.channel for one in (await notifier.known()).opt_outs} == {"sms", "app", "call"}


async def test_taking_back_what_was_not_opted_out_of_is_not_told(notifier: Notifier) -> None:
    await opt_out(notifier.pool, [opted_out("sms")])
    assert await opt_in(notifier.pool, [opted_in("email")]) == []


async def test_an_opt_in_from_before_the_opt_out_does_not_undo_it(notifier: Notifier) -> None:
    await opt_out(notifier.pool, [opted_out("email")])
    await opt_in(notifier.pool, [opted_in("email", at=NOON - timedelta(minutes=1))])
    assert len((await notifier.known()).opt_outs) == 1


async def test_a_consent_is_known_once(notifier: Notifier) -> None:
    given = ConsentGiven("borrower-1", "loan-1", NOON, NOON + timedelta(days=1))
    await add_consents(notifier.pool, [given])
    await add_consents(notifier.pool, [given])
    assert (await notifier.known()).consents == (Consent("loan-1", NOON, NOON + timedelta(days=1)),)
