"""A notice that could not be sent: tried again, replaced by another, or given up, as the policy says."""

from typing import Any

from services.dunning.cases.case_actions import NoticeAsked, ReferralAsked, TaskAsked
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.loan_memory import StepStatus
from services.dunning.cases.notice_intake import take_outcome
from tests.dunning.cases import Notifier, Story, answers_nothing, case, day, ladder, overdue, step

LATE = overdue()


def never_sends(*step_ids: str, status: StepStatus = "failed") -> Notifier:
    """A notifier that sends every notice but those of some steps."""
    return lambda notice: status if notice.step_id in step_ids else "done"


def sends_from_attempt(number: int) -> Notifier:
    """A notifier whose first attempts fail."""
    return lambda notice: "done" if notice.attempt >= number else "failed"


def attempts(story: Story) -> list[tuple[int, str, int, str]]:
    """Notices by day, step, attempt and template."""
    return [(number, one.step_id, one.attempt, one.notice.template) for number, one in story.of(NoticeAsked)]


def soft(**when_not_done: Any) -> Any:
    return step("soft", 2, when_not_done=when_not_done)


def test_a_failed_notice_is_tried_again_after_the_days_of_the_policy() -> None:
    policy = ladder(soft(attempts=3, retry_after_days=2))
    story = Story(policy, case(policy, LATE), notifier=sends_from_attempt(3)).by_looks(1, 30)
    assert [(number, attempt) for number, _, attempt, _ in attempts(story)] == [(2, 1), (4, 2), (6, 3)]
    assert story.memory().steps["soft"].status == "done"


def test_a_suppressed_notice_is_tried_again_like_a_failed_one() -> None:
    policy = ladder(soft(attempts=2, retry_after_days=1))
    story = Story(policy, case(policy, LATE), notifier=never_sends("soft", status="suppressed")).by_looks(1, 30)
    assert [number for number, *_ in attempts(story)] == [2, 3]


def test_after_its_last_attempt_a_notice_is_skipped() -> None:
    policy = ladder(soft(attempts=2, retry_after_days=1))
    story = Story(policy, case(policy, LATE), notifier=never_sends("soft")).by_looks(1, 30)
    assert story.memory().steps["soft"].status == "skipped"


def test_a_notice_of_which_nothing_is_heard_is_neither_repeated_nor_counted_as_done() -> None:
    policy = ladder(soft(attempts=5), step("legal", 5, "refer-legal", after={"step": "soft", "days": 1}))
    story = Story(policy, case(policy, LATE), notifier=answers_nothing).by_looks(1, 60)
    assert [number for number, *_ in attempts(story)] == [2]
    assert story.of(ReferralAsked) == []


def test_a_notice_given_up_falls_back_on_another_which_counts_for_it() -> None:
    letter = step("letter", 20, template="final_notice")
    firm = step("firm", 5, when_not_done={"attempts": 1, "fallback": "letter"})
    policy = ladder(firm, letter, step("legal", 40, "refer-legal", after={"step": "firm", "days": 3}))
    story = Story(policy, case(policy, LATE), notifier=sends_from_attempt(2)).by_looks(1, 60)
    assert attempts(story) == [(5, "firm", 1, "overdue_soft"), (6, "firm", 2, "final_notice")]
    assert [number for number, _ in story.of(ReferralAsked)] == [40]


def test_a_step_that_was_fallen_back_on_is_not_taken_once_more_on_its_own_day() -> None:
    firm = step("firm", 5, when_not_done={"attempts": 1, "fallback": "letter"})
    policy = ladder(firm, step("letter", 20, template="final_notice"))
    story = Story(policy, case(policy, LATE), notifier=sends_from_attempt(2)).by_looks(1, 60)
    assert [number for number, *_ in attempts(story)] == [5, 6]


def test_a_notice_may_fall_back_on_a_call() -> None:
    policy = ladder(step("firm", 5, when_not_done={"attempts": 1, "fallback": "call"}), step("call", 20, "call"))
    story = Story(policy, case(policy, LATE), notifier=never_sends("firm")).by_looks(1, 60)
    assert [(number, task.step_id) for number, task in story.of(TaskAsked)] == [(6, "firm")]


def test_a_fallback_whose_condition_does_not_hold_is_passed_over_for_its_own_fallback() -> None:
    first = step("first", 5, when_not_done={"attempts": 1, "fallback": "second"})
    second = step("second", 6, only_if={"segments": ["b"]}, when_not_done={"attempts": 1, "fallback": "third"})
    policy = ladder(first, second, step("third", 50, template="final_notice"))
    story = Story(policy, case(policy, LATE), notifier=sends_from_attempt(2)).by_looks(1, 40)
    assert attempts(story) == [(5, "first", 1, "overdue_soft"), (6, "first", 2, "final_notice")]


def test_a_failed_notice_is_not_tried_again_after_a_more_severe_one_went_out() -> None:
    policy = ladder(soft(attempts=5, retry_after_days=10), step("firm", 6))
    story = Story(policy, case(policy, LATE), notifier=never_sends("soft")).by_looks(1, 60)
    assert [(number, step_id) for number, step_id, *_ in attempts(story)] == [(2, "soft"), (6, "firm")]


def test_every_attempt_has_a_reminder_id_of_its_own_so_that_an_old_outcome_changes_nothing() -> None:
    policy = ladder(soft(attempts=3, retry_after_days=1))
    story = Story(policy, case(policy, LATE), notifier=answers_nothing)
    story.on(2)
    assert answer(story.case, "loan-1:20240301:soft", "failed", 2)
    story.on(3)
    assert not answer(story.case, "loan-1:20240301:soft", "done", 3)
    assert answer(story.case, "loan-1:20240301:soft:2", "done", 3)
    assert story.memory().steps["soft"].status == "done"


def answer(one: CaseFile, reminder: str, status: StepStatus, number: int) -> bool:
    """The notifier's answer for the step `soft`."""
    return take_outcome(one, "loan-1", "soft", reminder, status, day(number))
