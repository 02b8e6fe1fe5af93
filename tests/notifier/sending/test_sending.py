"""From the queue to the channel: what leaves, in which words, and what is told of it."""

from datetime import timedelta
from pathlib import Path

from schemas.notifier import NotificationDeferred, NotificationSent, NotificationSuppressed
from services.notifier.words import TemplateLibrary
from tests.notifier.borrowers.telling import hold_began, opened, opted_out, paid, registered
from tests.notifier.sending.post_office import PostOffice, archived, know_ada, of_kind, on_march
from tests.notifier.sending.waiting import asked_for

OWN_RULES = Path(__file__).parent / "limits.yaml"
LOANS = [f"loan-{number}" for number in range(1, 6)]


async def test_a_reminder_leaves_by_the_first_channel_and_is_told_as_sent(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(channels=("email", "sms")))
    await office.send()
    [given] = office.counters["email"].given
    [message] = await office.messages()
    [told] = of_kind(await office.told(), NotificationSent)
    assert (given.to, given.idempotency_key) == ("ada@example.com", message["dispatch_id"])
    assert (message["status"], message["channel"], message["attempts"]) == ("sent", "email", 1)
    assert message["provider_message_id"] == f"email-{message['dispatch_id']}"
    assert (told.channel, told.language, told.dispatch_id) == ("email", "en", message["dispatch_id"])
    assert office.counters["sms"].given == []
    assert await office.contacts_counted() == [("email", "loan-1")]


async def test_five_reminders_for_one_borrower_leave_as_one_message_and_are_told_one_by_one(office: PostOffice) -> None:
    await know_ada(office, *LOANS)
    await office.ask(*(asked_for(loan_id=loan) for loan in LOANS[:3]), window=timedelta(seconds=60))
    office.clock.moment += timedelta(seconds=30)
    await office.ask(*(asked_for(loan_id=loan) for loan in LOANS[3:]), window=timedelta(seconds=60))
    await office.send()
    assert office.counters["email"].given == []
    office.clock.moment += timedelta(seconds=30)
    await office.send()
    [given] = office.counters["email"].given
    told = of_kind(await office.told(), NotificationSent)
    assert sorted(one.loan_id for one in told) == LOANS
    assert {one.dispatch_id for one in told} == {given.idempotency_key}
    assert all(loan in given.text for loan in LOANS)
    assert [one["cost_micros"] for one in await office.messages()].count(45_000) == 1
    assert await office.contacts_counted() == [("email", None)]


async def test_a_borrower_with_one_open_loan_does_not_wait_for_others(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(), window=timedelta(seconds=60))
    await office.send()
    assert len(office.counters["email"].given) == 1


async def test_a_reminder_paid_since_is_told_as_suppressed(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for())
    await office.notifier.take(paid())
    await office.send()
    [told] = of_kind(await office.told(), NotificationSuppressed)
    assert (told.rule, told.clause, office.counters["email"].given) == ("paid-since", None, [])
    assert await office.contacts_counted() == []


async def test_a_loan_paid_since_drops_out_of_the_digest(office: PostOffice) -> None:
    await know_ada(office, *LOANS)
    await office.ask(*(asked_for(loan_id=loan) for loan in LOANS))
    await office.notifier.take(paid("loan-3"))
    await office.send()
    [given] = office.counters["email"].given
    assert "loan-3" not in given.text
    assert await office.told_kinds() == ["NotificationSuppressed"] + ["NotificationSent"] * 4


async def test_what_is_due_at_night_leaves_in_the_morning_and_is_told_as_deferred_once(office: PostOffice) -> None:
    await know_ada(office, *LOANS)
    office.clock.moment = on_march(6, 15)
    await office.ask(*(asked_for(loan_id=loan) for loan in LOANS))
    await office.send()
    morning = on_march(7)
    deferred = of_kind(await office.told(), NotificationDeferred)
    assert {(one.until, one.rule) for one in deferred} == {(morning, "contact-hours")}
    assert (len(deferred), office.counters["email"].given) == (5, [])
    office.clock.moment = morning
    await office.send()
    assert len(office.counters["email"].given) == 1
    assert await office.told_kinds() == ["NotificationDeferred"] * 5 + ["NotificationSent"] * 5


async def test_an_opt_out_between_asking_and_sending_is_obeyed(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for())
    await office.opt_out(opted_out("email"))
    await office.send()
    [told] = of_kind(await office.told(), NotificationSuppressed)
    assert (told.rule, told.rules_version) == ("opt-out", "cn-2026-01-30")
    assert (await office.messages())[0]["decision"] is not None


async def test_after_an_opt_out_of_one_channel_the_next_is_used(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(channels=("email", "sms")))
    await office.opt_out(opted_out("email"))
    await office.send()
    assert [one.to for one in office.counters["sms"].given] == ["+8613800138000"]


async def test_a_hold_that_stops_contact_is_obeyed(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for())
    await office.notifier.take(hold_began())
    await office.send()
    [told] = of_kind(await office.told(), NotificationSuppressed)
    assert (told.rule, office.counters["email"].given) == ("dispute", [])


async def test_a_message_to_somebody_unknown_waits_until_they_are_registered(office: PostOffice) -> None:
    await office.ask(asked_for())
    await office.send()
    assert await office.statuses() == ["waiting_for_contact"]
    await know_ada(office)
    office.clock.moment += timedelta(seconds=30)
    await office.send()
    assert await office.statuses() == ["sent"]


async def test_the_archive_keeps_the_words_and_not_the_secrets_of_links(office: PostOffice) -> None:
    await know_ada(office)
    await office.ask(asked_for(template="offer"))
    await office.send()
    [given] = office.counters["email"].given
    kept = archived((await office.messages())[0])
    assert given.opt_out_url is not None
    assert given.opt_out_url in given.text
    assert given.opt_out_url not in kept["text"]
    assert "https://pages.lender.example/u/…" in kept["text"]
    assert "https://pages.lender.example/o/…" in kept["text"]
    assert kept["subject"] == given.subject


async def test_a_kind_of_message_whose_words_are_broken_fails_and_holds_up_nothing_else(
    office: PostOffice, tmp_path: Path
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "final_notice.jinja").write_text("{% block short %}{{ no_such_fact }}{% endblock %}")
    office.library = TemplateLibrary(tmp_path)
    office.sender = office.new_sender()
    await know_ada(office, *LOANS)
    broken = asked_for(template="final_notice", loan_id="loan-2")
    await office.ask(asked_for(), broken, asked_for(loan_id="loan-3"))
    await office.send()
    assert await office.statuses() == ["sent", "failed", "sent"]
    assert len(office.counters["email"].given) == 1
    assert await office.told_kinds() == ["NotificationFailed", "NotificationSent", "NotificationSent"]


async def test_a_limit_counts_what_left_before(office: PostOffice) -> None:
    office.rules, office.rules_files = "one-a-day", (OWN_RULES,)
    office.sender = office.new_sender()
    await know_ada(office, "loan-1", "loan-2")
    await office.ask(asked_for(loan_id="loan-1"))
    await office.send()
    office.clock.moment += timedelta(hours=2)
    await office.ask(asked_for(loan_id="loan-2"))
    await office.send()
    assert await office.statuses() == ["sent", "deferred"]
    office.clock.moment = on_march(6, 16)
    await office.send()
    assert await office.statuses() == ["sent", "sent"]


async def test_messages_to_somebody_whose_data_does_not_open_wait_and_hold_up_nobody_else(office: PostOffice) -> None:
    await know_ada(office)
    other = registered("borrower-2", email="bob@example.com", time_zone="Asia/Shanghai")
    await office.notifier.take(other, opened("loan-2", "borrower-2"))
    await office.pool.execute("update contact set sealed = 'broken' where borrower_id = 'borrower-1'")
    await office.ask(asked_for(), asked_for(borrower_id="borrower-2", loan_id="loan-2"))
    await office.send()
    assert await office.statuses() == ["queued", "sent"]
