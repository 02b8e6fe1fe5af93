"""What happens with all messages of one borrower."""

from pathlib import Path
from typing import Any

from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower
from services.notifier.contact_rules.facts import ContactHold
from services.notifier.contact_rules.rule_sets import rule_sets_with
from services.notifier.sending.borrower_plan import Plan, Planner
from services.notifier.sending.departure import Defers, GateStops, RulesForbid
from services.notifier.sending.message import WaitingMessage
from services.notifier.sending.room import Room
from tests.notifier.sending.waiting import NOON, PAID, UNPAID, asked_for, borrower, waiting

OWN_RULES = Path(__file__).parent / "limits.yaml"
THREE_LOANS = {"loan-1": UNPAID, "loan-2": UNPAID, "loan-3": UNPAID}
DEBTOR = borrower(THREE_LOANS)


def planned(
    *messages: WaitingMessage, known: Borrower = DEBTOR, rules: str = "CN", email: int = 9, sms: int = 9
) -> Plan:
    rule_set = rule_sets_with([OWN_RULES]).in_force(rules, NOON)
    planner = Planner(rule_set, NOON, ("email", "sms", "call"), Room({"email": email, "sms": sms, "call": 9}))
    planner.add(known, messages)
    return planner.plan


def reminder_of(loan_id: str, *channels: Channel) -> WaitingMessage:
    return waiting(asked_for(loan_id=loan_id, channels=channels or ("email",)))


def loans_of(plan: Plan) -> list[tuple[str, list[str]]]:
    return [(one.channel, [part.message.request.loan_id for part in one.parts]) for one in plan.dispatches]


def test_reminders_of_several_loans_leave_together() -> None:
    plan = planned(*map(reminder_of, THREE_LOANS))
    assert loans_of(plan) == [("email", ["loan-1", "loan-2", "loan-3"])]
    assert plan.dispatches[0].loan_id is None


def test_a_reminder_alone_is_about_its_loan() -> None:
    assert planned(reminder_of("loan-2")).dispatches[0].loan_id == "loan-2"


def test_a_loan_that_may_not_be_spoken_of_drops_out_of_the_digest() -> None:
    known = borrower(THREE_LOANS, holds=(ContactHold(None, None, "dispute", "loan-2"),))
    plan = planned(*map(reminder_of, THREE_LOANS), known=known)
    assert loans_of(plan) == [("email", ["loan-1", "loan-3"])]
    [kept_back] = plan.kept_back
    assert isinstance(kept_back.departure, RulesForbid)
    assert kept_back.message.request.loan_id == "loan-2"


def test_a_loan_paid_since_drops_out_of_the_digest() -> None:
    plan = planned(*map(reminder_of, THREE_LOANS), known=borrower(THREE_LOANS | {"loan-1": PAID}))
    assert loans_of(plan) == [("email", ["loan-2", "loan-3"])]
    assert isinstance(plan.kept_back[0].departure, GateStops)


def test_reminders_by_different_channels_leave_apart() -> None:
    plan = planned(reminder_of("loan-1", "email"), reminder_of("loan-2", "sms"), reminder_of("loan-3", "email"))
    assert loans_of(plan) == [("email", ["loan-1", "loan-3"]), ("sms", ["loan-2"])]


def test_a_message_with_something_of_its_own_to_say_leaves_alone() -> None:
    offer = waiting(asked_for(2, "offer"))
    assert loans_of(planned(reminder_of("loan-1"), offer)) == [("email", ["loan-1"]), ("email", ["loan-1"])]


def test_a_digest_is_one_contact_and_what_comes_after_it_is_another() -> None:
    offer = waiting(asked_for(2, "offer"))
    plan = planned(*map(reminder_of, THREE_LOANS), offer, rules="one-a-day")
    assert loans_of(plan) == [("email", ["loan-1", "loan-2", "loan-3"])]
    [kept_back] = plan.kept_back
    assert isinstance(kept_back.departure, Defers)
    assert kept_back.message == offer


def test_what_finds_no_room_waits_for_its_channel_and_counts_as_no_contact() -> None:
    plan = planned(reminder_of("loan-1", "sms"), waiting(asked_for(2, "offer")), rules="one-a-day", sms=0)
    assert [(one.message.request.template, one.channel) for one in plan.crowded_out] == [("overdue_soft", "sms")]
    assert [one.parts[0].message.request.template for one in plan.dispatches] == ["offer"]


def test_two_attempts_at_a_message_have_different_ids() -> None:
    first = planned(reminder_of("loan-1")).dispatches[0]
    second = planned(waiting(asked_for(), attempts=1)).dispatches[0]
    assert first.dispatch_id != second.dispatch_id


def repeated(loan_id: str, **changed: Any) -> WaitingMessage:
    return waiting(asked_for(loan_id=loan_id, channels=("sms",)), repeats="D:before", channel="sms", **changed)


def test_a_dispatch_that_may_have_been_taken_is_repeated_with_all_of_its_messages() -> None:
    plan = planned(repeated("loan-1"), repeated("loan-2"), reminder_of("loan-3", "sms"))
    first, second = plan.dispatches
    assert (first.dispatch_id, first.is_repeat, len(first.parts)) == ("D:before", True, 2)
    assert (second.is_repeat, len(second.parts)) == (False, 1)


def test_a_dispatch_that_may_have_been_taken_is_given_up_when_part_of_it_may_not_be_said_any_more() -> None:
    plan = planned(repeated("loan-1"), repeated("loan-2"), known=borrower(THREE_LOANS | {"loan-2": PAID}))
    assert [len(one.messages) for one in plan.given_up] == [2]
    assert plan.dispatches == []


def test_a_call_counts_as_no_contact_before_somebody_makes_it() -> None:
    call = waiting(asked_for(1, "final_notice", channels=("call",)))
    plan = planned(call, reminder_of("loan-2"), rules="one-a-day")
    assert [one.channel for one in plan.dispatches] == ["call", "email"]
