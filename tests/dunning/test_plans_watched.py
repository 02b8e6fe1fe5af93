"""A restructured loan is watched: a plan broken within the watch period is undone, kept or offered anew."""

import pytest

from services.dunning.cases.case_actions import NoticeAsked, OffersWanted, PlanBroken
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import Story, case, day, hold, ladder, overdue, step, tells, upcoming


def watching(on_broken: str = "keep") -> LadderPolicy:
    return ladder(plans={"watch_days": 60, "broken_after_days": 10, "on_broken": on_broken}, ends=(0, 90))


def planned(plan: str = "plan-1", *, due: int = 0, agreed: int = -20) -> LoanFacts:
    return upcoming(due=due, restructuring_id=plan, restructured_on=day(agreed))


def lived(policy: LadderPolicy, loan: LoanFacts, last: int = 60) -> Story:
    return Story(policy, case(policy, loan)).by_looks(-20, last)


def broken(story: Story) -> list[tuple[int, str, str]]:
    return [(number, one.restructuring_id, one.consequence) for number, one in story.of(PlanBroken)]


def test_a_plan_is_broken_once_when_the_loan_is_past_due_for_more_than_the_days_of_the_policy() -> None:
    assert broken(lived(watching(), planned())) == [(11, "plan-1", "keep")]


def test_a_plan_whose_instalment_is_paid_in_time_is_not_broken() -> None:
    story = Story(watching(), case(watching(), planned()))
    story.told = {10: [tells(planned(due=100))]}
    assert broken(story.by_looks(-20, 60)) == []


def test_a_plan_is_no_longer_watched_after_the_watch_period() -> None:
    assert broken(lived(watching(), planned(due=30), last=90)) == []
    assert broken(lived(watching(), planned(due=28), last=90)) == [(39, "plan-1", "keep")]


def test_a_hold_of_the_clock_gives_a_plan_as_many_days_more() -> None:
    story = Story(watching(), case(watching(), planned()))
    story.case.facts = type(story.case.facts)(holds=(hold("clock", since=5, until=9),))
    assert broken(story.by_looks(-20, 60)) == [(16, "plan-1", "keep")]


@pytest.mark.parametrize("consequence", ["undo", "keep", "offer-again"])
def test_what_follows_is_told_as_the_policy_says(consequence: str) -> None:
    assert broken(lived(watching(consequence), planned())) == [(11, "plan-1", consequence)]


def test_plans_are_made_anew_only_where_the_policy_offers_again() -> None:
    assert [one.rule for _, one in lived(watching("offer-again"), planned()).of(OffersWanted)] == ["plan-broken"]
    assert lived(watching("undo"), planned()).of(OffersWanted) == []


def test_the_next_plan_of_a_loan_may_be_broken_too() -> None:
    story = Story(watching(), case(watching(), planned()))
    story.told = {15: [tells(planned("plan-2", due=20, agreed=15))]}
    assert broken(story.by_looks(-20, 60)) == [(11, "plan-1", "keep"), (31, "plan-2", "keep")]


def test_a_loan_without_a_plan_breaks_none() -> None:
    assert broken(lived(watching(), overdue())) == []


def test_plans_offered_again_are_the_message_of_their_day_and_count_in_the_budget() -> None:
    policy = ladder(
        step("firm", 6), step("final", 8), contact_budget={"contacts": 1, "days": 7},
        plans={"watch_days": 90, "broken_after_days": 5, "on_broken": "offer-again"},
    )  # fmt: skip
    story = Story(policy, case(policy, overdue(restructuring_id="plan-1", restructured_on=day(-20))))
    story.by_looks(1, 30)
    assert [number for number, _ in story.of(OffersWanted)] == [6]
    assert story.notices == [(13, "final")]


def test_no_thanks_are_said_for_a_cure_that_a_plan_brought() -> None:
    policy = ladder(step("soft", 3_000), cures={"thanks": {"template": "cured", "channels": ("email",)}})
    story = Story(policy, case(policy, overdue()))
    story.told = {5: [tells(upcoming(due=40, restructuring_id="plan-1", restructured_on=day(4)))]}
    assert story.by_looks(1, 20).of(NoticeAsked) == []
