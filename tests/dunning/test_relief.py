"""A hardship stops escalation at once, is answered, brings an offer first, and is looked at again on a date."""

from dataclasses import replace
from typing import Any

import pytest

from services.dunning.cases.case_actions import (
    NoticeAsked,
    OffersWanted,
    ReferralAsked,
    ReliefTold,
    ReportAsked,
    TaskAsked,
)
from services.dunning.cases.case_file import CaseFacts
from services.dunning.cases.relief import Relief
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.rules import ReliefRules
from tests.dunning.cases import Story, adds, case, day, hold, ladder, overdue, relief, settled, step, tells, upcoming

ANSWER = {"template": "hardship_answer", "channels": ("email",)}
REGIONAL = {"template": "regional_relief", "channels": ("sms",)}


def policy(**rules: Any) -> LadderPolicy:
    """A reminder a week, a call, a report and lawyers; relief is reviewed after 30 days and lapses 14 days later."""
    return ladder(
        step("due-today", 0, during_relief=True),
        *(step(f"week-{week}", 7 * week) for week in range(1, 5)),
        step("call", 10, "call"),
        step("notice", 12, "credit-notice"),
        step("report", 20, "credit-report", after={"step": "notice", "days": 8}),
        step("legal", 25, "refer-legal"),
        relief={"review_after_days": 30, "lapses_after_review_days": 14, "answer": ANSWER, **rules},
    )


def ill(rules: LadderPolicy, *, on: int = 5, told: CaseFacts | None = None, **others: Any) -> Story:
    """A borrower overdue since day 0 who is ill on a day."""
    story = Story(rules, case(rules, overdue(), told=told or CaseFacts()))
    story.told = {on: [adds(reliefs=[relief(on, **others)])]}
    return story


def answers(story: Story) -> list[tuple[int, str]]:
    return [(number, one.notice.template) for number, one in story.of(NoticeAsked) if one.rule == "relief"]


def test_relief_is_granted_on_the_day_it_is_told_with_the_day_of_its_review() -> None:
    ((number, told),) = ill(policy()).daily(1, 30).of(ReliefTold)
    assert (number, told.began, told.review_on) == (5, True, day(35))


def test_a_review_date_that_was_asked_for_goes_before_the_policys() -> None:
    ((_, told),) = ill(policy(), review_on=day(12)).daily(1, 20).of(ReliefTold)
    assert told.review_on == day(12)


def test_nothing_escalates_while_relief_lasts() -> None:
    story = ill(policy()).daily(1, 49)
    calls = [task for _, task in story.of(TaskAsked) if task.kind == "call"]
    assert (story.of(ReportAsked, ReferralAsked), calls) == ([], [])
    assert [step_id for _, step_id in story.notices] == ["relief-hardship-1"]


def test_a_loan_carries_the_flag_of_relief_while_it_lasts() -> None:
    story = ill(policy(), ended_on=day(9))
    assert {number: story.on(number).memories["loan-1"].flags for number in (4, 5, 8, 9)} == {
        4: (), 5: ("relief",), 8: ("relief",), 9: ()
    }  # fmt: skip


def test_a_step_that_the_policy_allows_is_taken_during_relief() -> None:
    rules = policy(answer=None)
    story = Story(rules, case(rules, upcoming(due=10)))
    story.told = {5: [adds(reliefs=[relief(5)])]}
    assert story.daily(5, 25).notices == [(10, "due-today")]


def test_when_relief_ends_the_ladder_goes_on_where_the_loan_stands() -> None:
    story = ill(policy(), ended_on=day(21)).daily(1, 22)
    assert [task.step_id for _, task in story.of(TaskAsked)] == ["call"]
    assert (21, "week-3") in story.notices


def test_relief_that_nobody_reviews_lapses() -> None:
    story = ill(policy()).daily(1, 60)
    assert [(number, told.began) for number, told in story.of(ReliefTold)] == [(5, True), (50, False)]


def test_somebody_is_asked_to_look_again_on_the_review_date_once() -> None:
    story = ill(policy()).by_looks(1, 60)
    reviews = [(number, task.task_id) for number, task in story.of(TaskAsked) if task.kind == "review-relief"]
    assert reviews == [(35, "borrower-1:review:hardship-1:20240405")]


def test_a_relief_renewed_is_reviewed_again_on_its_new_date() -> None:
    story = ill(policy()).by_looks(1, 36)
    renewed = replace(story.case.facts.reliefs[0], review_on=day(60))
    story.case.facts = replace(story.case.facts, reliefs=(renewed,))
    story.on(37)
    story.by_looks(38, 70)
    assert [number for number, task in story.of(TaskAsked) if task.kind == "review-relief"] == [35, 60]


def test_a_hardship_brings_plans_before_anything_else() -> None:
    story = ill(policy())
    story.daily(1, 4)
    actions = story.on(5).actions
    assert [one for one in actions if isinstance(one, OffersWanted)] == [
        OffersWanted("loan-1", "relief-hardship-1", "relief")
    ]


def test_plans_are_for_the_loan_longest_past_due() -> None:
    rules = policy()
    story = Story(rules, case(rules, overdue("loan-1", since=3), overdue("loan-2", since=0)))
    story.told = {5: [adds(reliefs=[relief(5)])]}
    assert [one.loan_id for _, one in story.daily(1, 9).of(OffersWanted)] == ["loan-2"]


def test_a_lender_may_make_no_plans_for_a_hardship() -> None:
    assert ill(policy(offers_plans=False)).daily(1, 9).of(OffersWanted) == []


def test_a_hardship_is_answered_once_on_the_day_it_is_told() -> None:
    assert answers(ill(policy()).daily(1, 20)) == [(5, "hardship_answer")]


def test_a_hardship_reported_after_a_reminder_went_out_is_answered_on_the_same_day() -> None:
    story = ill(policy(), on=7)
    story.told = {}
    story.on(7)
    adds(reliefs=[relief(7)])(story.case)
    story.on(7)
    assert [(number, step_id) for number, step_id in story.notices] == [(7, "week-1"), (7, "relief-hardship-1")]


def test_a_hardship_is_not_answered_where_contact_is_stopped_until_it_may_be() -> None:
    held = CaseFacts(holds=(hold("contact", since=4, until=8),))
    assert answers(ill(policy(), told=held).by_looks(1, 20)) == [(9, "hardship_answer")]


def test_a_hardship_reported_a_second_time_while_the_first_lasts_is_answered_too() -> None:
    story = ill(policy())
    story.told[8] = [adds(reliefs=[relief(8, relief_id="hardship-2")])]
    assert answers(story.daily(1, 20)) == [(5, "hardship_answer"), (8, "hardship_answer")]


def test_two_hardships_told_at_once_have_one_answer() -> None:
    story = ill(policy())
    story.told[5].append(adds(reliefs=[relief(5, relief_id="hardship-2")]))
    assert answers(story.daily(1, 20)) == [(5, "hardship_answer")]


def test_a_borrower_who_owes_nothing_gets_no_answer() -> None:
    story = ill(policy())
    story.told[4] = [tells(settled())]
    assert answers(story.daily(4, 20)) == []


def test_a_hardship_after_a_report_and_referral_stops_what_would_follow() -> None:
    rules = ladder(step("legal", 5, "refer-legal"), step("call", 9, "call"), relief={"answer": ANSWER})
    story = ill(rules, on=7).daily(1, 30)
    assert [number for number, _ in story.of(ReferralAsked)] == [5]
    assert story.of(TaskAsked) == []


@pytest.mark.parametrize(("number", "active"), [(4, False), (5, True), (35, True), (49, True), (50, False)])
def test_relief_holds_from_its_first_day_until_it_lapses(number: int, active: bool) -> None:
    assert relief(5).is_active(ReliefRules(review_after_days=30, lapses_after_review_days=14), day(number)) == active


def test_relief_ends_on_the_day_given_if_that_is_before_it_lapses() -> None:
    rules = ReliefRules(review_after_days=30, lapses_after_review_days=14)
    assert relief(5, ended_on=day(8)).over_on(rules) == day(8)
    assert relief(5, ended_on=day(90)).over_on(rules) == day(50)


def test_a_relief_that_ended_on_its_first_day_never_held() -> None:
    ended: Relief = relief(5, ended_on=day(5))
    assert not any(ended.is_active(ReliefRules(), day(number)) for number in range(60))
