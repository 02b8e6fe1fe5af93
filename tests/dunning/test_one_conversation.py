"""One conversation with a borrower for all their loans: one notice a day, one budget, led by the worst loan."""

from typing import Any

from services.dunning.amounts import Amounts
from services.dunning.cases.case_actions import NoticeAsked, ReferralAsked, TaskAsked
from services.dunning.cases.case_evaluation import KeptBack
from services.dunning.cases.case_file import CaseFacts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import OWED, Story, adds, case, day, hold, ladder, overdue, relief, step, upcoming

REMINDERS = (step("soft", 1), step("firm", 10), step("final", 30))


def lived(policy: LadderPolicy, *loans: LoanFacts, told: CaseFacts | None = None) -> Story:
    return Story(policy, case(policy, *loans, told=told or CaseFacts()))


def contacts(story: Story) -> list[tuple[int, str | None, str | None]]:
    """Notices and calls by day, loan and step."""
    return [
        (number, one.loan_id, one.step_id)
        for number, one in story.of(NoticeAsked, TaskAsked)
        if isinstance(one, NoticeAsked) or one.kind == "call"
    ]


def test_of_two_loans_with_a_notice_on_the_same_day_the_one_longer_past_due_is_reminded_of() -> None:
    story = lived(ladder(*REMINDERS), overdue("loan-1", since=9), overdue("loan-2", since=0)).daily(10, 12)
    assert contacts(story) == [(10, "loan-2", "firm")]


def test_of_two_loans_equally_late_the_one_with_more_overdue_is_reminded_of() -> None:
    more = overdue("loan-2", amount=Amounts(principal_minor=OWED.total_minor + 1))
    story = lived(ladder(*REMINDERS), overdue("loan-1"), more).daily(1, 5)
    assert contacts(story) == [(1, "loan-2", "soft")]


def test_a_notice_of_the_other_loan_is_covered_and_not_made_up_for_later() -> None:
    story = lived(ladder(*REMINDERS), overdue("loan-1", since=9), overdue("loan-2", since=0)).daily(10, 40)
    assert story.memory("loan-1").steps["soft"].status == "covered"
    assert (10, "loan-1", "soft") not in contacts(story)


def test_a_notice_that_a_later_step_comes_after_waits_for_its_own_day() -> None:
    policy = ladder(*REMINDERS, step("legal", 40, "refer-legal", after={"step": "final", "days": 5}))
    story = lived(policy, overdue("loan-1", since=0), overdue("loan-2", since=-1)).daily(29, 60)
    assert contacts(story)[:3] == [(29, "loan-2", "final"), (30, "loan-1", "final")]
    assert sorted(one.loan_id for _, one in story.of(ReferralAsked)) == ["loan-1", "loan-2"]


def test_final_notices_of_two_loans_due_on_one_day_go_out_on_two() -> None:
    policy = ladder(*REMINDERS, step("legal", 40, "refer-legal", after={"step": "final", "days": 5}))
    story = lived(policy, overdue("loan-1"), overdue("loan-2")).by_looks(30, 60)
    assert [(number, step_id) for number, _, step_id in contacts(story)] == [(30, "final"), (31, "final")]
    assert len(story.of(ReferralAsked)) == 2


def test_one_call_is_made_for_all_loans_about_the_worst() -> None:
    policy = ladder(step("call", 5, "call"))
    story = lived(policy, overdue("loan-1", since=0), overdue("loan-2", since=-3)).daily(1, 9)
    assert contacts(story) == [(2, "loan-2", "call"), (5, "loan-1", "call")]
    at_once = lived(policy, overdue("loan-1", since=0), overdue("loan-2", since=-3)).daily(6, 9)
    assert contacts(at_once) == [(6, "loan-2", "call")]


def test_the_contact_budget_is_shared_by_all_loans() -> None:
    policy = ladder(*REMINDERS, contact_budget={"contacts": 2, "days": 30})
    story = lived(policy, overdue("loan-1"), overdue("loan-2", since=3), overdue("loan-3", since=6)).daily(1, 8)
    assert contacts(story) == [(1, "loan-1", "soft"), (4, "loan-2", "soft")]
    assert (7, KeptBack("loan-3", "soft", "contact-budget")) in story.of(KeptBack)


def test_a_notice_that_the_budget_kept_back_goes_out_on_the_day_the_budget_allows_it() -> None:
    policy = ladder(step("soft", 1), step("firm", 3), contact_budget={"contacts": 1, "days": 7})
    story = lived(policy, overdue()).by_looks(1, 30)
    assert story.notices == [(1, "soft"), (8, "firm")]


def test_a_call_counts_against_the_budget_like_a_notice() -> None:
    policy = ladder(step("call", 1, "call"), step("firm", 3), contact_budget={"contacts": 1, "days": 7})
    assert contacts(lived(policy, overdue()).by_looks(1, 30)) == [(1, "loan-1", "call"), (8, "loan-1", "firm")]


def test_of_a_notice_and_a_call_on_one_day_the_last_of_the_budget_is_for_the_notice() -> None:
    policy = ladder(step("call", 3, "call"), step("firm", 3), contact_budget={"contacts": 1, "days": 7})
    story = lived(policy, overdue()).by_looks(3, 30)
    assert contacts(story) == [(3, "loan-1", "firm"), (10, "loan-1", "call")]


def test_a_report_or_referral_is_no_contact_and_costs_no_budget() -> None:
    policy = ladder(step("legal", 1, "refer-legal"), step("soft", 1), contact_budget={"contacts": 1, "days": 7})
    story = lived(policy, overdue()).daily(1, 1)
    assert len(story.of(ReferralAsked, NoticeAsked)) == 2


def test_an_answer_to_a_hardship_does_not_wait_for_the_budget_and_counts_against_it() -> None:
    policy = ladder(
        step("soft", 1), step("firm", 8, during_relief=True), contact_budget={"contacts": 1, "days": 7},
        relief={"answer": {"template": "hardship_answer", "channels": ("email",)}, "offers_plans": False},
    )  # fmt: skip
    story = lived(policy, overdue())
    story.told = {3: [adds(reliefs=[relief(3)])]}
    assert story.by_looks(1, 20).notices == [(1, "soft"), (3, "relief-hardship-1"), (10, "firm")]


def test_the_ladder_waits_a_day_for_an_answer_to_a_hardship() -> None:
    policy = ladder(
        step("due-today", 0, during_relief=True),
        relief={"answer": {"template": "hardship_answer", "channels": ("email",)}},
    )
    story = lived(policy, upcoming(due=0))
    story.told = {-1: [adds(reliefs=[relief(-1)])]}
    assert story.by_looks(-1, 3).notices == [(-1, "relief-hardship-1"), (0, "due-today")]
    at_once = lived(policy, upcoming(due=0))
    at_once.told = {0: [adds(reliefs=[relief(0)])]}
    assert at_once.by_looks(0, 3).notices == [(0, "relief-hardship-1")]


def test_a_hold_on_one_loan_leaves_the_conversation_about_the_other() -> None:
    told = CaseFacts(holds=(hold("contact", until=20, loan="loan-1"),))
    story = lived(ladder(*REMINDERS), overdue("loan-1"), overdue("loan-2", since=5), told=told).daily(1, 8)
    assert contacts(story) == [(6, "loan-2", "soft")]


def test_thanks_are_not_said_while_another_loan_is_past_due() -> None:
    assert thanks_with_another(overdue("loan-2", since=0)) == []
    assert thanks_with_another(upcoming("loan-2", due=300)) == [11]


def thanks_with_another(other: LoanFacts) -> list[int]:
    """The days on which thanks are said when one loan is paid on day 11."""
    cures: dict[str, Any] = {"thanks": {"template": "cured", "channels": ("sms",)}}
    story = lived(ladder(step("far-off", 3_000), cures=cures), overdue("loan-1"), other)
    story.on(10)
    story.case.loans["loan-1"].facts = upcoming("loan-1", due=200)
    story.daily(11, 14)
    return [number for number, one in story.of(NoticeAsked) if one.rule == "cured"]


def test_the_next_look_is_the_day_on_which_the_budget_lets_a_notice_through() -> None:
    policy = ladder(step("soft", 1), step("firm", 3), ends=(0,), contact_budget={"contacts": 1, "days": 7})
    story = lived(policy, overdue()).daily(1, 2)
    assert story.on(3).next_look_on == day(8)
