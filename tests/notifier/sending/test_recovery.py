"""A sender that ends while messages are on their way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from schemas.notifier import NotificationUnknown
from services.notifier.sending.sender import SenderWork
from tests.notifier.borrowers.telling import paid
from tests.notifier.sending.post_office import PostOffice, know_ada, of_kind
from tests.notifier.sending.waiting import asked_for


@pytest.fixture
async def on_its_way(office: PostOffice) -> AsyncIterator[PostOffice]:
    """An e-mail and an SMS were handed over, and no channel has answered yet."""
    await know_ada(office)
    for counter in office.counters.values():
        counter.opened.clear()
    await office.ask(asked_for(1, channels=("email",)), asked_for(2, "planning_tips", channels=("sms", "email")))
    await office.step()
    await office.step()
    yield office
    for counter in office.counters.values():
        counter.opened.set()


async def test_what_a_provider_knows_by_its_key_is_handed_over_again_unchanged(on_its_way: PostOffice) -> None:
    office = on_its_way
    office.counters["sms"].opened.set()
    await office.send(office.new_sender())
    first, second = office.counters["sms"].given
    assert first == second
    assert (await office.messages())[1]["status"] == "sent"


async def test_what_a_provider_does_not_know_again_is_told_as_unknown_and_not_sent_twice(
    on_its_way: PostOffice,
) -> None:
    office = on_its_way
    await office.step(office.new_sender())
    [told] = of_kind(await office.told(), NotificationUnknown)
    assert (told.channel, told.notification_id) == ("email", "N:loan-1:1")
    assert len(office.counters["email"].given) == 1
    assert ("email", "loan-1") in await office.contacts_counted()


async def test_a_late_answer_to_a_sender_that_lost_its_place_changes_nothing(on_its_way: PostOffice) -> None:
    office = on_its_way
    await office.step(office.new_sender())
    for counter in office.counters.values():
        counter.opened.set()
    await office.send()
    assert (await office.messages())[0]["status"] == "unknown"
    assert len(of_kind(await office.told(), NotificationUnknown)) == 1


async def test_a_message_left_on_its_way_and_paid_since_is_not_handed_over_again(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["sms"].opened.clear()
    await office.ask(asked_for(channels=("sms",)))
    await office.step()
    await office.notifier.take(paid())
    await office.send(office.new_sender())
    office.counters["sms"].opened.set()
    assert (len(office.counters["sms"].given), await office.told_kinds()) == (1, ["NotificationUnknown"])


async def test_a_sender_with_a_new_connection_knows_its_own_dispatches(on_its_way: PostOffice) -> None:
    office = on_its_way
    async with office.pool.acquire() as other, office.pool.acquire() as another:
        await office.sender(other)
        await office.sender(another)
    assert await office.statuses() == ["leaving", "leaving"]


async def test_a_stop_waits_for_what_is_in_flight_and_records_it(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].opened.clear()
    work = SenderWork(office.pool, office.sender)
    await work.start()
    await office.ask(asked_for())
    await office.counters["email"].reached.wait()
    stopping = asyncio.create_task(work.stop())
    await asyncio.sleep(0)
    office.counters["email"].opened.set()
    await stopping
    assert await office.statuses() == ["sent"]


async def test_a_sender_that_stops_marks_nothing_more(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for())
    await office.sender.close(1)
    await office.send()
    assert await office.statuses() == ["queued"]
