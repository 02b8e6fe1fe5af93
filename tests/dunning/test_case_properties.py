"""Whatever the ladder and whatever is told: days may be skipped, and evaluating again changes nothing."""

from collections import Counter
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from services.dunning.cases.case_actions import NoticeAsked, ReferralAsked, ReportAsked, TaskAsked
from services.dunning.cases.case_evaluation import evaluate_case
from services.dunning.cases.case_text import (
    case_facts_of,
    case_facts_text,
    case_memory_of,
    case_memory_text,
    loan_facts_of,
    loan_facts_text,
    loan_memory_of,
    loan_memory_text,
)
from services.dunning.cases.identifiers import reminder_id
from services.dunning.cases.promises import judge
from services.dunning.ladder.rules import PromiseRules
from tests.dunning.case_stories import FIRST, LAST, Plot, plots
from tests.dunning.cases import Story, day, payment, promise
from tests.dunning.lived_stories import lived


def levels(story: Story) -> dict[str, tuple[object, ...]]:
    """Where each loan stands."""
    return {
        loan_id: (file.memory.bucket, file.memory.state, file.memory.flags, file.memory.is_past_due)
        for loan_id, file in story.case.loans.items()
    }


def standings(story: Story) -> dict[str, tuple[object, ...]]:
    """Where each loan stands by its facts alone: without what was done, or seen on a day that may be skipped."""
    return {
        loan_id: (file.memory.bucket, file.memory.days_past_due, file.memory.is_past_due,
                  set(file.memory.flags) - {"cured"})
        for loan_id, file in story.case.loans.items()
    }  # fmt: skip


@given(plots())
def test_looking_only_when_told_to_is_as_good_as_every_day(plot: Plot) -> None:
    """So the next look is exact: before it nothing changes, and nothing is done."""
    every_day, by_looks = plot.story(), plot.story()
    for number in range(FIRST, LAST):
        every_day.daily(number, number)
        by_looks.by_looks(number, number)
        assert levels(by_looks) == levels(every_day), number
        assert by_looks.happened == every_day.happened, number


@given(plots(methods=("oldest-unpaid",)), st.sets(st.integers(FIRST, LAST)))
def test_skipping_any_days_ends_where_every_day_does(plot: Plot, days: set[int]) -> None:
    """Also days on which something is told, which is then known on the next that is not skipped."""
    every_day, skipping = plot.story(), plot.story()
    for number in range(FIRST, LAST):
        every_day.daily(number, number)
        if number in days:
            skipping.on(number)
            assert standings(skipping) == standings(every_day), number
        else:
            skipping.hears(number)


@given(plots(), st.integers(FIRST, LAST))
def test_a_jump_ends_where_every_day_does_and_takes_each_step_once(plot: Plot, number: int) -> None:
    every_day = Story(plot.policy, plot.story().case, plot.areas).daily(FIRST, number)
    jump = Story(plot.policy, plot.story().case, plot.areas)
    jump.on(number)
    assert standings(jump) == standings(every_day)
    steps = Counter(
        (action.loan_id, action.step_id) for _, action in jump.of(NoticeAsked, ReportAsked, ReferralAsked)
    )  # fmt: skip
    assert not steps or max(steps.values()) == 1
    assert len(jump.notices) <= 1


@given(plots())
def test_no_two_reminders_have_the_same_id(plot: Plot) -> None:
    story = plot.story().by_looks(FIRST, LAST)
    ids = [
        reminder_id(action.loan_id, action.due_on, action.step_id, action.attempt)
        for _, action in story.of(NoticeAsked)
        if action.rule != "cured"
    ]
    assert len(set(ids)) == len(ids)


@given(plots())
def test_no_two_tasks_reports_or_referrals_have_the_same_id(plot: Plot) -> None:
    story = plot.story().by_looks(FIRST, LAST)
    ids = [
        *(action.task_id for _, action in story.of(TaskAsked)),
        *(action.report.report_id for _, action in story.of(ReportAsked)),
        *(action.referral_id for _, action in story.of(ReferralAsked)),
    ]
    assert len(set(ids)) == len(ids)


@given(plots())
def test_evaluating_again_on_the_same_day_changes_nothing(plot: Plot) -> None:
    for moment in lived(plot):
        case = moment.story.case
        again = evaluate_case(case, plot.policy, plot.areas, moment.on, is_held_out=plot.is_held_out)
        if case.evaluated_on == moment.on:
            assert again.actions == ()
            assert again.kept_back == ()
            assert again.memory == case.memory
            assert again.memories == {loan_id: file.memory for loan_id, file in case.loans.items()}
            assert again.next_look_on == case.next_look_on
            assert again.next_look_on is None or again.next_look_on > moment.on


@given(plots())
def test_facts_and_memory_survive_being_written_and_read(plot: Plot) -> None:
    case = plot.story().by_looks(FIRST, LAST).case
    assert case_facts_of(case_facts_text(case.facts)) == case.facts
    assert case_memory_of(case_memory_text(case.memory)) == case.memory
    for file in case.loans.values():
        assert loan_facts_of(loan_facts_text(file.facts)) == file.facts
        assert loan_memory_of(loan_memory_text(file.memory)) == file.memory


PAYMENTS: Final = st.lists(st.tuples(st.integers(1, 60), st.integers(-2, 14)), max_size=5)


@given(PAYMENTS.flatmap(lambda paid: st.tuples(st.just(paid), st.permutations(paid))), st.integers(0, 20))
def test_the_verdict_on_a_promise_does_not_depend_on_the_order_of_payments(
    orders: tuple[list[tuple[int, int]], list[tuple[int, int]]], on: int
) -> None:
    made = promise(100, due=10)
    verdicts = {
        judge(made, [payment(amount, number) for amount, number in order], PromiseRules(), day(on))
        for order in map(tuple, orders)
    }
    assert len(verdicts) == 1
