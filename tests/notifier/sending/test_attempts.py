"""Attempts that do not end well: again, elsewhere, given up, or never again because nobody knows."""

from datetime import timedelta

from services.notifier.channels.channel import ChannelUnavailable, FateUnknown, MessageRefused
from tests.notifier.borrowers.telling import paid
from tests.notifier.sending.post_office import PostOffice, know_ada
from tests.notifier.sending.waiting import asked_for


async def test_a_refused_message_leaves_by_the_next_channel_at_once(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [MessageRefused("email", "N:1", "no such mailbox", 550)]
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    [message] = await office.messages()
    assert (message["status"], message["channel"], message["spent_channels"]) == ("sent", "sms", ["email"])
    assert await office.contacts_counted() == [("sms", "loan-1")]
    assert await office.told_kinds() == ["NotificationSent"]


async def test_a_message_that_every_channel_refuses_has_failed(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [MessageRefused("email", "N:1", "no such mailbox", 550)]
    await office.ask(asked_for())
    await office.send()
    assert (await office.statuses(), await office.told_kinds()) == (["failed"], ["NotificationFailed"])
    assert await office.contacts_counted() == []


async def test_a_channel_that_is_away_is_tried_again_and_then_the_next_one_is_used(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [ChannelUnavailable("email", "N:1", "away") for _ in range(5)]
    await office.ask(asked_for(channels=("email", "sms")))
    for _ in range(5):
        await office.send()
        office.clock.moment += timedelta(minutes=1)
    assert len(office.counters["email"].given) == 5
    assert [one["channel"] for one in await office.messages()] == ["sms"]
    assert await office.contacts_counted() == [("sms", "loan-1")]


async def test_a_paid_reminder_is_not_tried_again(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [ChannelUnavailable("email", "N:1", "away")]
    await office.ask(asked_for())
    await office.send()
    await office.notifier.take(paid())
    office.clock.moment += timedelta(minutes=1)
    await office.send()
    assert (await office.statuses(), await office.told_kinds()) == (["suppressed"], ["NotificationSuppressed"])


async def test_what_a_channel_without_keys_may_have_taken_is_told_as_unknown_and_never_sent_again(
    office: PostOffice,
) -> None:
    await know_ada(office)
    office.counters["email"].answers = [FateUnknown("email", "N:1", "no answer")]
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    office.clock.moment += timedelta(hours=1)
    await office.send()
    assert (await office.statuses(), await office.told_kinds()) == (["unknown"], ["NotificationUnknown"])
    assert (len(office.counters["email"].given), office.counters["sms"].given) == (1, [])
    assert await office.contacts_counted() == [("email", "loan-1")]


async def test_what_a_channel_with_keys_may_have_taken_is_repeated_word_for_word(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["sms"].answers = [FateUnknown("sms", "N:1", "no answer")]
    await office.ask(asked_for(channels=("sms",)))
    await office.send()
    office.clock.moment += timedelta(minutes=1)
    await office.send()
    first, second = office.counters["sms"].given
    assert first == second
    assert await office.told_kinds() == ["NotificationSent"]
    assert await office.pool.fetchval("select count(*) from kept_dispatch") == 0
    assert await office.contacts_counted() == [("sms", "loan-1")]


async def test_what_may_have_been_taken_and_may_not_be_repeated_stays_unknown(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["sms"].answers = [FateUnknown("sms", "N:1", "no answer")]
    await office.ask(asked_for(channels=("sms", "email")))
    await office.send()
    await office.notifier.take(paid())
    office.clock.moment += timedelta(minutes=1)
    await office.send()
    assert (await office.statuses(), await office.told_kinds()) == (["unknown"], ["NotificationUnknown"])
    assert (len(office.counters["sms"].given), office.counters["email"].given) == (1, [])


async def test_a_slow_channel_holds_up_only_its_own_messages(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["sms"].opened.clear()
    await office.ask(*(asked_for(number, "hardship_answer", channels=("sms",)) for number in range(20)))
    await office.ask(*(asked_for(number, "planning_tips", channels=("email",)) for number in range(20, 40)))
    for _ in range(20):
        await office.step()
    assert len(office.counters["sms"].given) == office.places
    assert len(office.counters["email"].given) == 20


async def test_a_channel_that_asks_for_patience_is_given_nothing_for_a_second(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [
        ChannelUnavailable("email", "N:1", "too many", 429, retry_after_seconds=60) for _ in range(office.places)
    ]
    await office.ask(*(asked_for(number, "planning_tips") for number in range(office.places + 3)))
    await office.send()
    assert len(office.counters["email"].given) == office.places
    office.clock.moment += timedelta(seconds=1)
    await office.send()
    assert len(office.counters["email"].given) == office.places + 3
