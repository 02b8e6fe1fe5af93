"""Loans handed to lawyers: after a final notice was really given, and called back when they are cured."""

from services.dunning.cases.case_actions import NoticeAsked, ReferralAsked, ReportAsked, StateMoved, TaskAsked
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import Story, answers_nothing, case, day, facts, ladder, overdue, step, tells

NEXT = 1_500
BARRED = 3 * 365 + 1
PAID = facts(oldest=NEXT, next_due=NEXT)
LATE = overdue(next_due=NEXT)
POLICY = ladder(step("final", 20), step("legal", 50, "refer-legal", after={"step": "final", "days": 30}))


def referrals(story: Story) -> list[tuple[int, str]]:
    return [(number, one.kind) for number, one in story.of(ReferralAsked)]


def test_a_loan_is_referred_once_after_its_final_notice() -> None:
    story = Story(POLICY, case(POLICY, LATE)).by_looks(1, 120)
    assert referrals(story) == [(50, "refer")]
    assert story.memory().state == "legal"


def test_a_final_notice_that_went_out_late_puts_the_referral_off() -> None:
    story = Story(POLICY, case(POLICY, LATE)).by_looks(40, 120)
    assert referrals(story) == [(70, "refer")]


def test_a_loan_whose_final_notice_was_never_sent_is_not_referred() -> None:
    assert referrals(Story(POLICY, case(POLICY, LATE), notifier=answers_nothing).by_looks(1, 300)) == []


def test_a_referred_loan_that_is_cured_is_called_back_and_no_longer_legal() -> None:
    story = Story(POLICY, case(POLICY, LATE))
    story.told = {60: [tells(PAID)]}
    story.by_looks(1, 90)
    assert referrals(story) == [(50, "refer"), (60, "recall")]
    assert [one.to_state for number, one in story.of(StateMoved) if number == 60] == ["current"]


def test_a_loan_whose_cure_is_reversed_is_referred_anew_under_another_id() -> None:
    story = Story(POLICY, case(POLICY, LATE))
    story.told = {60: [tells(PAID)], 62: [tells(LATE)]}
    story.by_looks(1, 90)
    assert referrals(story) == [(50, "refer"), (60, "recall"), (62, "refer")]
    ids = [one.referral_id for _, one in story.of(ReferralAsked)]
    assert len(set(ids)) == len(ids)


def test_a_partial_payment_leaves_a_loan_with_the_lawyers() -> None:
    story = Story(POLICY, case(POLICY, LATE))
    story.told = {60: [tells(overdue(since=31, next_due=NEXT))]}
    story.by_looks(1, 90)
    assert referrals(story) == [(50, "refer")]
    assert story.memory().state == "legal"


def time_barred(policy: LadderPolicy, loan: LoanFacts = LATE) -> Story:
    """A loan on the day from which its debt can no longer be sued for, and after it."""
    return Story(policy, case(policy, loan)).by_looks(BARRED, BARRED + 60)


THREATS = ladder(
    step("soft", 1), step("help", 5, "offer"), step("call", 10, "call"), step("notice", 15, "credit-notice"),
    step("report", 30, "credit-report", after={"step": "notice", "days": 7}), step("legal", 40, "refer-legal"),
)  # fmt: skip


def test_of_a_time_barred_debt_nothing_is_asked() -> None:
    story = time_barred(THREATS)
    assert story.of(NoticeAsked, TaskAsked, ReportAsked, ReferralAsked) == []


def test_the_day_before_the_debt_is_time_barred_the_ladder_still_goes_on() -> None:
    story = Story(THREATS, case(THREATS, LATE)).by_looks(BARRED - 1, BARRED - 1)
    assert [step_id for _, step_id in story.notices] == ["notice"]


def test_time_for_a_claim_runs_anew_from_a_payment() -> None:
    assert time_barred(THREATS, overdue(next_due=NEXT, last_paid_on=day(40))).notices != []


def test_without_a_known_limitation_no_debt_is_time_barred() -> None:
    assert time_barred(THREATS.model_copy(update={"jurisdiction": "US", "report_waiting_days": 14,
                                                  "steps": THREATS.steps[:3]})).notices != []  # fmt: skip


def test_a_lender_may_set_the_years_of_limitation() -> None:
    longer = THREATS.model_copy(update={"limitation_years": 6})
    assert time_barred(longer).notices != []


def test_a_loan_under_way_is_looked_at_when_its_debt_becomes_time_barred() -> None:
    policy = ladder(step("soft", 1), ends=(0,))
    story = Story(policy, case(policy, overdue(next_due=None)))
    assert story.on(10).next_look_on == day(BARRED)
