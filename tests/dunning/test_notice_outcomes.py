"""What the notifier tells of a notice: the step's status follows from all that was told, in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values import EventData
from services.dunning.api.command_facts import TaskDone, take_told
from services.dunning.cases.case_actions import NoticeAsked, OffersWanted, ReportAsked, TaskAsked
from services.dunning.cases.case_file import NO_AREAS
from services.dunning.cases.identifiers import offer_id
from services.dunning.cases.intake import take
from services.dunning.cases.loan_memory import StepRecord
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import BORROWER, Story, answers_nothing, case, day, ladder, overdue, step
from tests.dunning.told_notices import (
    bounced,
    complained,
    deferred,
    delivered,
    failed,
    sent,
    suppressed,
    unknown,
)

REMINDERS = ladder(step("soft", 1, when_not_done={"attempts": 3, "retry_after_days": 2}))
REPORT = ladder(
    step("notice", 1, "credit-notice", when_not_done={"attempts": 4, "retry_after_days": 2}),
    step("report", 30, "credit-report", after={"step": "notice", "days": 14}), jurisdiction="US",
)  # fmt: skip
NOTICE = "loan-1:20240301:notice"


def reminded(policy: LadderPolicy = REMINDERS) -> Story:
    """A borrower who was sent a notice on day 1, of which nothing was heard."""
    story = Story(policy, case(policy, overdue()), notifier=answers_nothing)
    story.on(1)
    return story


def told(story: Story, *events: EventData, number: int = 5) -> Story:
    """The notifier tells on a day, and the case is evaluated after each."""
    for event in events:
        take(story.case, event, story.policy, day(number))
        story.on(number)
    return story


def record(one: Story, step_id: str = "soft") -> StepRecord:
    return one.memory().steps[step_id]


WORDS = [
    sent(), sent("sms"), delivered(), delivered("sms"), bounced(), bounced("sms"), bounced(elsewhere=True), unknown(),
    unknown("sms"), failed(), suppressed(), complained(), deferred(1), deferred(3),
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=6).flatmap(lambda some: st.tuples(
    st.just(some), st.permutations([*some, *some[:2]]))))  # fmt: skip
def test_the_same_comes_of_any_order_and_of_words_told_twice(orders: tuple[list[EventData], list[EventData]]) -> None:
    memories = []
    for events in orders:
        one = reminded().case
        for event in events:
            take(one, event, REMINDERS, day(5))
        memories.append(one.loans["loan-1"].memory)
    assert memories[0] == memories[1]


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([sent(), delivered()], "done"),
        ([delivered()], "done"),
        ([sent(), complained()], "done"),
        ([sent(), bounced(elsewhere=True)], "asked"),
        ([sent(), bounced(elsewhere=True), sent("sms")], "done"),
        ([sent(), bounced(elsewhere=True), failed()], "failed"),
        ([sent(), bounced()], "failed"),
        ([unknown()], "unknown"),
        ([unknown(), delivered()], "done"),
        ([unknown(), bounced()], "failed"),
        ([deferred()], "asked"),
        ([deferred(), suppressed()], "suppressed"),
    ],
    ids=["delivered", "only the receipt", "complained about", "tried elsewhere", "sent elsewhere", "nowhere",
         "bounced", "unknown", "unknown and delivered", "unknown and bounced", "deferred", "deferred and suppressed"],
)  # fmt: skip
def test_what_is_told_of_a_notice_makes_its_status(events: list[EventData], status: str) -> None:
    one = reminded().case
    assert all(take(one, event, REMINDERS, day(5)) for event in events)
    assert one.loans["loan-1"].memory.steps["soft"].status == status
    assert not any(take(one, event, REMINDERS, day(6)) for event in events)


def test_a_deferred_notice_waits_and_is_not_asked_for_again() -> None:
    story = told(reminded(), deferred(3))
    assert story.daily(6, 40).notices == [(1, "soft")]
    assert record(story).deferred_until is not None


def test_a_reminder_of_which_nothing_can_be_known_is_not_repeated() -> None:
    assert told(reminded(), unknown()).daily(6, 60).notices == [(1, "soft")]


def test_a_reminder_that_came_back_is_tried_again_by_the_policy() -> None:
    assert told(reminded(), sent(), bounced()).by_looks(6, 8).notices == [(1, "soft"), (7, "soft")]


def test_proof_of_an_earlier_attempt_counts_for_the_step() -> None:
    story = told(reminded(), bounced())
    story.on(7)
    assert record(story).status == "asked"
    assert record(told(story, sent(), number=8)).status == "asked"
    assert record(told(story, delivered(), number=9)).status == "done"


def test_a_receipt_counts_also_after_the_oldest_due_date_moved() -> None:
    story = told(reminded(), sent())
    story.case.loans["loan-1"].facts = overdue(since=3)
    story.on(6)
    assert record(told(story, bounced(), number=7)).status == "failed"


def reported(story: Story) -> list[int]:
    return [number for number, one in story.of(ReportAsked) if one.kind == "report"]


def test_the_days_before_a_credit_report_do_not_begin_with_a_notice_that_came_back() -> None:
    story = told(reminded(REPORT), sent(reminder=NOTICE), bounced(reminder=NOTICE), number=2)
    story.on(4)
    told(story, sent(reminder=f"{NOTICE}:2"), number=25)
    assert reported(story.by_looks(26, 60)) == [39]


def test_a_notice_of_a_credit_report_is_tried_once_more_when_it_is_not_known_whether_it_was_sent() -> None:
    story = told(reminded(REPORT), unknown(reminder=NOTICE), number=2).by_looks(3, 20)
    assert [(number, one.attempt) for number, one in story.of(NoticeAsked)] == [(1, 1), (4, 2)]


def unproven() -> Story:
    """Of two attempts of the notice nothing can be known."""
    story = told(reminded(REPORT), unknown(reminder=NOTICE), number=2).by_looks(3, 4)
    return told(story, unknown(reminder=f"{NOTICE}:2"), number=5)


def test_then_a_person_is_to_find_out_and_nothing_is_reported() -> None:
    story = unproven().by_looks(6, 100)
    assert [(number, one.kind, one.step_id) for number, one in story.of(TaskAsked)] == [(5, "prove-notice", "notice")]
    assert (reported(story), len(story.notices)) == ([], 2)


def finds(story: Story, outcome: str, number: int) -> Story:
    """The person who is to find out says what they found."""
    [(_, task)] = story.of(TaskAsked)
    done = TaskDone(borrower_id=BORROWER, task_id=task.task_id, task_kind=task.kind, loan_id=task.loan_id,
                    step_id=task.step_id, outcome=outcome, done_on=day(number))  # fmt: skip
    take_told(story.case, done, story.policy, NO_AREAS, day(number))
    story.on(number)
    return story


def test_what_a_person_found_delivered_counts_from_then() -> None:
    assert reported(finds(unproven(), "delivered", 20).by_looks(21, 60)) == [34]


def test_what_a_person_found_lost_is_tried_again() -> None:
    story = finds(unproven(), "not-delivered", 20).by_looks(21, 30)
    assert [(number, one.attempt) for number, one in story.of(NoticeAsked)][2:] == [(22, 3)]


def test_a_late_receipt_proves_a_notice_without_anybody_asking() -> None:
    assert reported(told(unproven(), delivered(reminder=NOTICE), number=20).by_looks(21, 60)) == [34]


def test_a_notice_that_a_later_step_comes_after_must_be_proven_as_well() -> None:
    policy = ladder(step("soft", 1), step("legal", 5, "refer-legal", after={"step": "soft", "days": 1}))
    story = told(reminded(policy), unknown(), number=2).by_looks(3, 30)
    assert [number for number, _ in story.of(NoticeAsked)] == [1, 3]


def with_offer() -> tuple[Story, str]:
    """A step that offers plans; and the id under which the notifier tells of the message with them."""
    policy = ladder(step("help", 1, "offer", template="offer_help"))
    story = reminded(policy)
    assert len(story.of(OffersWanted)) == 1
    return story, f"offer:{offer_id('loan-1', day(1), 'help')}"


def test_the_message_with_an_offer_is_the_notice_of_the_step_that_wanted_it() -> None:
    story, message = with_offer()
    assert record(told(story, sent(reminder=message)), "help").status == "done"


def test_an_offer_that_did_not_arrive_is_followed_by_words_of_help() -> None:
    policy = ladder(step("help", 1, "offer", template="offer_help", when_not_done={"attempts": 2}))
    story = told(reminded(policy), bounced(reminder=f"offer:{offer_id('loan-1', day(1), 'help')}")).by_looks(6, 9)
    assert [(number, one.attempt) for number, one in story.of(NoticeAsked)] == [(1, 1), (6, 2)]
    assert len(story.of(OffersWanted)) == 1
