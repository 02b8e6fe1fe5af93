"""A loan that dunning sees for the first time on some day, on a ladder of reminders before and after the due date."""

import pytest

from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases.case_actions import BucketMoved, NoticeAsked
from services.dunning.cases.case_evaluation import evaluate_case
from services.dunning.cases.case_file import NO_AREAS
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import OWED, Story, case, day, ladder, overdue, step, upcoming

LATE = overdue(next_due=None, due=NOTHING)
REMINDERS = ladder(
    step("upcoming", -3),
    step("due-today", 0),
    step("soft", 1),
    step("firm", 10),
    step("help", 30),
    step("final", 60),
    ends=(0, 3, 30, 60, 90),
    jurisdiction="US",
)


@pytest.mark.parametrize(
    ("number", "asked", "bucket", "look"),
    [
        (-40, None, "b0", -3),
        (-4, None, "b0", -3),
        (-3, "upcoming", "b0", 0),
        (-1, "upcoming", "b0", 0),
        (0, "due-today", "b0", 1),
        (1, "soft", "b1", 4),
        (4, "soft", "b2", 10),
        (10, "firm", "b2", 30),
        (30, "help", "b2", 31),
        (31, "help", "b3", 60),
        (60, "final", "b3", 61),
        (90, "final", "b4", 91),
        (400, "final", "b5", None),
    ],
)
def test_the_most_severe_step_reached_is_asked_for_and_the_next_look_is_exact(
    number: int, asked: str | None, bucket: str, look: int | None
) -> None:
    story = Story(REMINDERS, case(REMINDERS, LATE if number > 0 else upcoming()))
    evaluation = story.on(number)
    assert [one.step_id for one in evaluation.actions if isinstance(one, NoticeAsked)] == ([asked] if asked else [])
    moves = [one for one in evaluation.actions if isinstance(one, BucketMoved)]
    assert moves == ([] if bucket == "b0" else [BucketMoved("loan-1", "b0", bucket)])
    assert story.memory().days_past_due == max(number, 0)
    assert evaluation.next_look_on == (None if look is None else day(look))


def test_evaluating_does_not_change_the_case() -> None:
    told = case(REMINDERS, overdue())
    before = (told.loans["loan-1"].memory, told.memory, told.facts)
    evaluate_case(told, REMINDERS, NO_AREAS, day(10))
    assert (told.loans["loan-1"].memory, told.memory, told.facts) == before


def test_a_reminder_before_the_due_date_is_about_the_instalment_to_come() -> None:
    notice = only_notice(REMINDERS, Story(REMINDERS, case(REMINDERS, upcoming())), -3)
    assert (notice.due_on, notice.amounts) == (day(0), OWED)


def test_a_reminder_after_the_due_date_is_about_what_is_overdue() -> None:
    late = overdue(amount=Amounts(penalty_minor=7))
    notice = only_notice(REMINDERS, Story(REMINDERS, case(REMINDERS, late)), 10)
    assert (notice.due_on, notice.amounts) == (day(0), Amounts(penalty_minor=7))


def test_a_notice_names_the_step_the_rule_and_the_first_attempt() -> None:
    notice = only_notice(REMINDERS, Story(REMINDERS, case(REMINDERS, overdue())), 10)
    assert (notice.loan_id, notice.step_id, notice.rule, notice.attempt) == ("loan-1", "firm", "ladder:firm", 1)


def test_a_step_up_to_the_due_date_is_never_asked_for_after_it() -> None:
    policy = ladder(step("upcoming", -3), step("due-today", 0), step("firm", 10))
    story = Story(policy, case(policy, overdue())).daily(5, 9)
    assert story.notices == []


def only_notice(policy: LadderPolicy, story: Story, number: int) -> NoticeAsked:
    (notice,) = [one for one in story.on(number).actions if isinstance(one, NoticeAsked)]
    return notice
