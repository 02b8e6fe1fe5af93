"""What a loan's ladder remembers when it is cured, partly cured, or a payment is taken back."""

from services.dunning.cases.case_actions import BucketMoved, LoanCured, NoticeAsked
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.rules import CureRules
from services.dunning.ladder.steps import Notice
from tests.dunning.cases import OWED, Story, case, day, facts, ladder, overdue, settled, step, tells, upcoming

NEXT = 31
CURED = facts(oldest=NEXT, next_due=NEXT)
LATE = overdue(next_due=NEXT)
REMINDERS = ladder(
    step("upcoming", -3), step("due-today", 0), step("soft", 1), step("firm", 10), step("help", 30), step("final", 60)
)


def lived(*visits: tuple[int, LoanFacts]) -> Story:
    """A story looked at when facts come; each are told on the day of the visit."""
    story = Story(REMINDERS, case(REMINDERS, visits[0][1]))
    story.told = {number: [tells(known)] for number, known in visits}
    for number, _ in visits:
        story.on(number)
    return story


def test_a_paid_loan_is_cured_once() -> None:
    story = lived((10, LATE), (11, CURED), (12, CURED))
    assert story.of(LoanCured) == [(11, LoanCured("loan-1", "b2"))]
    assert story.of(BucketMoved)[-1] == (11, BucketMoved("loan-1", "b2", "b0"))


def test_a_cured_loan_is_looked_at_before_its_next_due_date() -> None:
    policy = REMINDERS.model_copy(update={"cures": CureRules(flag_days=0)})
    story = Story(policy, case(policy, LATE))
    story.told = {11: [tells(CURED)]}
    story.on(10)
    assert story.on(11).next_look_on == day(NEXT - 3)


def test_a_loan_settled_in_arrears_is_cured_and_never_looked_at_again_after_its_flag() -> None:
    story = lived((10, LATE), (11, settled()))
    assert story.of(LoanCured) == [(11, LoanCured("loan-1", "b2"))]
    assert (story.memory().days_past_due, story.memory().bucket) == (0, "b0")
    assert story.on(11 + REMINDERS.cures.flag_days).next_look_on is None


def test_a_loan_settled_before_its_due_date_is_not_cured() -> None:
    assert lived((-10, upcoming()), (-9, settled())).of(LoanCured) == []


def test_a_cured_loan_says_so_for_the_days_of_its_flag() -> None:
    policy = REMINDERS.model_copy(update={"cures": CureRules(flag_days=10)})
    story = Story(policy, case(policy, LATE))
    story.told = {11: [tells(CURED)]}
    assert story.by_looks(10, 20).memory().flags == ("cured",)
    assert story.by_looks(21, 21).memory().flags == ()


def test_a_payment_of_the_oldest_instalment_only_repeats_no_softer_step() -> None:
    second = facts(oldest=NEXT, next_due=NEXT + 30, overdue=OWED)
    story = lived((30, LATE), (NEXT + 5, second))
    assert story.of(LoanCured) == []
    assert story.notices == [(30, "help")]
    assert story.memory().days_past_due == 5


def test_a_loan_partly_cured_gets_the_next_more_severe_step() -> None:
    second = facts(oldest=NEXT, next_due=NEXT + 300, overdue=OWED)
    story = lived((30, LATE), (NEXT + 5, second), (NEXT + 60, second))
    assert story.notices == [(30, "help"), (NEXT + 60, "final")]


def test_a_loan_cured_and_late_again_starts_softly() -> None:
    assert lived((30, LATE), (31, CURED), (NEXT + 2, CURED)).notices == [(30, "help"), (31, "due-today"),
                                                                        (NEXT + 2, "soft")]  # fmt: skip


def test_a_payment_reversed_after_the_cure_ages_the_loan_from_its_true_date() -> None:
    story = lived((10, LATE), (11, CURED), (14, LATE))
    assert (story.memory().bucket, story.memory().days_past_due) == ("b2", 14)


def test_a_payment_reversed_after_the_cure_repeats_no_step() -> None:
    story = lived((10, LATE), (11, CURED), (14, LATE))
    assert story.notices == [(10, "firm")]
    assert story.on(30).next_look_on == day(31)
    assert story.notices == [(10, "firm"), (30, "help")]


def test_a_reversal_that_makes_an_older_instalment_unpaid_re_ages_the_loan_at_once() -> None:
    story = lived((1, LATE), (2, facts(oldest=-31, next_due=NEXT, overdue=OWED)))
    assert story.of(BucketMoved)[-1] == (2, BucketMoved("loan-1", "b1", "b3"))
    assert story.memory().days_past_due == 33
    assert story.notices[-1] == (2, "help")


def test_thanks_are_said_once_for_a_cure() -> None:
    thankful = REMINDERS.model_copy(update={"cures": CureRules(thanks=Notice(template="cured", channels=("sms",)))})
    story = Story(thankful, case(thankful, LATE))
    story.told = {11: [tells(CURED)]}
    story.daily(10, 14)
    thanks = [(number, notice) for number, notice in story.of(NoticeAsked) if notice.rule == "cured"]
    assert [(number, notice.notice.template, notice.due_on) for number, notice in thanks] == [(11, "cured", day(0))]
