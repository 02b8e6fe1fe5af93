"""Which steps of a ladder are taken on a day, and which are covered, kept back or over with."""

from collections.abc import Mapping

from services.dunning.amounts import NOTHING
from services.dunning.cases.case_actions import NoticeAsked, OffersWanted, ReferralAsked, TaskAsked
from services.dunning.cases.case_evaluation import KeptBack
from services.dunning.cases.case_file import CaseFacts
from services.dunning.cases.loan_facts import LoanFacts
from tests.dunning.cases import Story, answers_nothing, case, day, hold, ladder, overdue, step, tells, upcoming

LATE = overdue()


def kept_back(story: Story) -> list[tuple[int, str, str]]:
    """Steps that a rule kept back, since which day."""
    return [(number, one.step_id, one.rule) for number, one in story.of(KeptBack)]


def test_each_reminder_is_sent_on_its_day() -> None:
    policy = ladder(step("upcoming", -3), step("soft", 1), step("firm", 10))
    story = Story(policy, case(policy, upcoming())).daily(-5, 20)
    assert story.notices == [(-3, "upcoming"), (1, "soft"), (10, "firm")]


def test_a_jump_over_several_reminders_sends_the_most_severe_only() -> None:
    policy = ladder(step("soft", 1), step("firm", 10), step("final", 60))
    story = Story(policy, case(policy, LATE))
    story.on(75)
    story.daily(76, 90)
    assert story.notices == [(75, "final")]


def test_a_jump_takes_every_action_that_is_no_notice() -> None:
    policy = ladder(step("soft", 1), step("first-call", 20, "call"), step("legal", 50, "refer-legal"))
    story = Story(policy, case(policy, LATE))
    story.on(60)
    assert story.notices == [(60, "soft")]
    assert [task.step_id for _, task in story.of(TaskAsked)] == ["first-call"]
    assert [referral.step_id for _, referral in story.of(ReferralAsked)] == ["legal"]


def test_a_lesser_reminder_covered_by_a_jump_counts_as_done_for_the_step_after_it() -> None:
    policy = ladder(
        step("soft", 1), step("firm", 10), step("legal", 15, "refer-legal", after={"step": "soft", "days": 20})
    )
    story = Story(policy, case(policy, LATE))
    story.on(12)
    story.by_looks(13, 60)
    assert [number for number, _ in story.of(ReferralAsked)] == [32]


def test_a_step_that_comes_after_another_waits_until_that_was_really_done() -> None:
    policy = ladder(step("final", 5), step("legal", 10, "refer-legal", after={"step": "final", "days": 7}))
    story = Story(policy, case(policy, LATE), notifier=answers_nothing).daily(1, 100)
    assert story.notices == [(5, "final")]
    assert story.of(ReferralAsked) == []


def test_a_step_is_asked_for_until_its_last_day_only() -> None:
    policy = ladder(step("soft", 5, until_days=8), step("late", 60))
    late = Story(policy, case(policy, LATE, told=CaseFacts(holds=(hold("contact", until=8),)))).daily(1, 20)
    in_time = Story(policy, case(policy, LATE, told=CaseFacts(holds=(hold("contact", until=7),)))).daily(1, 20)
    assert (late.notices, in_time.notices) == ([], [(8, "soft")])


def test_an_offer_step_asks_for_plans_and_a_notice_of_them() -> None:
    policy = ladder(step("help", 30, "offer"))
    story = Story(policy, case(policy, LATE)).daily(29, 40)
    assert story.notices == [(30, "help")]
    assert story.of(OffersWanted) == [(30, OffersWanted("loan-1", "help", "ladder:help"))]


def test_a_stop_ends_the_ladder() -> None:
    policy = ladder(
        step("soft", 1), step("stop", 5, "stop", only_if={"segments": ["staff"]}), step("firm", 10), step("final", 60)
    )
    staff = Story(policy, case(policy, LATE, told=CaseFacts(segment="staff"))).by_looks(1, 100)
    others = Story(policy, case(policy, LATE)).by_looks(1, 100)
    assert staff.notices == [(1, "soft")]
    assert others.notices == [(1, "soft"), (10, "firm"), (60, "final")]


def test_a_jump_beyond_a_stop_takes_nothing_that_lies_after_it() -> None:
    policy = ladder(
        step("soft", 1), step("stop", 5, "stop", only_if={"segments": ["staff"]}), step("legal", 10, "refer-legal")
    )
    story = Story(policy, case(policy, LATE, told=CaseFacts(segment="staff")))
    story.on(20)
    assert story.notices == [(20, "soft")]
    assert story.of(ReferralAsked) == []


def test_a_stopped_loan_needs_no_further_look_for_its_ladder() -> None:
    stop = step("stop", 5, "stop", only_if={"segments": ["staff"]})
    policy = ladder(stop, step("firm", 10), ends=(0,), jurisdiction="US")
    last_instalment = overdue(next_due=None, due=NOTHING)
    story = Story(policy, case(policy, last_instalment, told=CaseFacts(segment="staff")))
    assert story.on(4).next_look_on == day(5)
    assert story.on(5).next_look_on is None


def test_a_reminder_kept_back_is_told_once_with_its_rule_and_sent_when_the_rule_is_over() -> None:
    policy = ladder(step("firm", 10))
    told = CaseFacts(holds=(hold("contact", since=5, until=14),))
    story = Story(policy, case(policy, LATE, told=told)).daily(1, 20)
    assert kept_back(story) == [(10, "firm", "hold")]
    assert story.notices == [(15, "firm")]


def test_a_written_off_loan_gets_nothing() -> None:
    policy = ladder(step("soft", 1), step("call", 5, "call"), step("legal", 10, "refer-legal"))
    story = Story(policy, case(policy, overdue(written_off=True))).daily(1, 30)
    assert story.of(NoticeAsked, TaskAsked, ReferralAsked) == []
    assert {rule for _, _, rule in kept_back(story)} == {"written-off"}


def test_a_step_for_one_product_passes_over_loans_of_another() -> None:
    assert reminded({"products": ["cash@1"]}, overdue(product="cash@1"))
    assert not reminded({"products": ["cash@1"]}, overdue(product="car@2"))


def test_a_step_for_an_amount_counts_both_of_its_ends() -> None:
    condition = {"overdue_from_minor": LATE.overdue.total_minor, "overdue_to_minor": LATE.overdue.total_minor}
    assert reminded(condition, LATE)
    assert not reminded({"overdue_from_minor": LATE.overdue.total_minor + 1}, LATE)
    assert not reminded({"overdue_to_minor": LATE.overdue.total_minor - 1}, LATE)


def test_a_step_for_a_bucket_waits_for_it() -> None:
    policy = ladder(step("soft", 1, only_if={"buckets": ["b2"]}), ends=(0, 3, 30))
    assert Story(policy, case(policy, LATE)).daily(1, 10).notices == [(4, "soft")]


def test_a_condition_may_come_true_later() -> None:
    policy = ladder(step("soft", 1, only_if={"without_flags": ["on-hold"]}), step("late", 60))
    told = CaseFacts(holds=(hold("contact", until=4),))
    assert Story(policy, case(policy, LATE, told=told)).by_looks(1, 10).notices == [(5, "soft")]


def test_a_loan_that_the_ledger_tells_more_of_is_not_reminded_again() -> None:
    policy = ladder(step("soft", 1))
    story = Story(policy, case(policy, LATE))
    story.told = {number: [tells(overdue(as_of=number))] for number in range(2, 6)}
    assert story.daily(1, 6).notices == [(1, "soft")]


def reminded(condition: Mapping[str, object], loan: LoanFacts) -> bool:
    """Whether a step with this condition is taken for a loan."""
    policy = ladder(step("soft", 1, only_if=condition))
    return Story(policy, case(policy, loan)).daily(1, 3).notices == [(1, "soft")]
