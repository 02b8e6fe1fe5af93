"""Getting into the queue, and back into it."""

from datetime import date, timedelta

import pytest

from schemas.dunning import ReminderRequested
from schemas.templates import TEMPLATES
from schemas.values import ComponentAmounts
from services.eventing.batch import Outcome
from services.eventing.envelope import read_record
from services.notifier.channels.channel import MessageRefused
from services.notifier.sending.message import notification_id
from services.notifier.sending.queue_store import messages_by_status, messages_to_send, requeue_elsewhere
from services.notifier.sending.taking import take_requests
from tests.builders import record
from tests.notifier.borrowers.telling import NOON
from tests.notifier.sending.post_office import PostOffice, know_ada
from tests.notifier.sending.waiting import asked_for

MINUTE = timedelta(minutes=1)


def reminder(template: str) -> ReminderRequested:
    return ReminderRequested(
        borrower_id="borrower-1", loan_id="loan-1", business_date=date(2026, 3, 6), days_past_due=1,
        policy_version="policy-1", reminder_id=f"loan-1:20260305:{template}", step_id=template, template=template,
        channels=("email", "sms"), currency="EUR", due_on=date(2026, 3, 5),
        amounts=ComponentAmounts(principal_minor=10_000),
    )  # fmt: skip


async def taken(office: PostOffice, *reminders: ReminderRequested) -> Outcome:
    outcome = Outcome()
    events = [read_record(record(one, offset)) for offset, one in enumerate(reminders)]
    async with office.pool.acquire() as connection, connection.transaction():
        await take_requests(connection, events, outcome, at=NOON, digest_window=MINUTE)  # type: ignore[arg-type]
    return outcome


async def requeued(office: PostOffice, after_channel: str) -> bool:
    async with office.pool.acquire() as connection:
        return await requeue_elsewhere(connection, "borrower-1", "N:loan-1:1", after_channel, at=office.clock.now())


async def test_every_kind_of_message_is_queued_once(office: PostOffice) -> None:
    reminders = [reminder(template) for template in TEMPLATES]
    await taken(office, *reminders)
    await taken(office, *reminders)
    assert len(await office.messages()) == len(TEMPLATES)


async def test_a_message_that_there_are_no_words_for_is_refused_alone(office: PostOffice) -> None:
    outcome = await taken(office, reminder("upcoming"), reminder("greeting"))
    assert [(one.reason.code, one.reason.value) for one in outcome.rejected] == [("unknown-template", "greeting")]
    assert [one["template"] for one in await office.messages()] == ["upcoming"]


async def test_a_reminder_waits_for_others_only_where_there_may_be_others(office: PostOffice) -> None:
    await know_ada(office, "loan-1", "loan-2")
    await office.ask(asked_for(1, "overdue_soft"), asked_for(2, "offer"), window=MINUTE)
    due = {one["template"]: one["next_attempt_at"] - office.clock.now() for one in await office.messages()}
    assert due == {"overdue_soft": MINUTE, "offer": timedelta(0)}


async def test_what_is_due_does_not_take_along_a_reminder_that_waits_for_others(office: PostOffice) -> None:
    await know_ada(office, "loan-1", "loan-2")
    await office.ask(asked_for(1, "overdue_soft"), asked_for(2, "planning_tips"), window=MINUTE)
    await office.send()
    assert {one["template"]: one["status"] for one in await office.messages()} == {
        "overdue_soft": "queued", "planning_tips": "sent",
    }  # fmt: skip


async def test_a_message_that_bounced_leaves_by_its_next_channel(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    assert await requeued(office, "email")
    await office.send()
    assert [one["channel"] for one in await office.messages()] == ["sms"]
    assert await office.told_kinds() == ["NotificationSent", "NotificationSent"]
    told = await office.pool.fetch("select sequence from outbox order by id")
    assert [row["sequence"] for row in told] == [1, 2]


async def test_a_message_that_bounced_by_its_last_channel_stays(office: PostOffice) -> None:
    await know_ada(office)
    office.counters["email"].answers = [MessageRefused("email", "N:1", "no such mailbox", 550)]
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    assert not await requeued(office, "sms")
    assert await office.statuses() == ["sent"]


async def test_a_bounce_of_a_channel_that_it_did_not_leave_by_changes_nothing(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    assert not await requeued(office, "sms")


async def test_messages_are_counted_by_what_became_of_them(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for())
    assert await messages_to_send(office.pool) == 1
    await office.send()
    assert (await messages_to_send(office.pool), await messages_by_status(office.pool)) == (0, {("sent", "email"): 1})


@pytest.mark.parametrize("length", [10, 126, 127, 128])
def test_a_message_has_an_id_that_events_can_bear_however_long_the_reminders_is(length: int) -> None:
    assert len(notification_id("r" * length)) <= 128
