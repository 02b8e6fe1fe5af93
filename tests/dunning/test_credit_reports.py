"""Reports to the credit register: after notice and waiting days only, corrected after a cure, withdrawn when wrong."""

from typing import Any

import pytest

from services.dunning.api.command_facts import withdraw_report
from services.dunning.cases.case_actions import ReportAsked
from services.dunning.cases.refusals import NotTaken
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.rules import Jurisdiction
from tests.dunning.cases import (
    OWED,
    Change,
    Notifier,
    Story,
    adds,
    answers_nothing,
    case,
    day,
    facts,
    hold,
    ladder,
    overdue,
    promise,
    relief,
    sends_all,
    step,
    tells,
)

NEXT = 300
PAID = facts(oldest=NEXT, next_due=NEXT, last_paid_on=day(40), last_payment_id="payment-1")


def reporting(*, notice: int = 10, report: int = 20, days: int = 7, **others: Any) -> LadderPolicy:
    """Notice of a report on day 10; the report on day 20, if that is `days` after the notice was done."""
    return ladder(
        step("notice", notice, "credit-notice", when_not_done={"attempts": 5, "retry_after_days": 3}),
        step("report", report, "credit-report", after={"step": "notice", "days": days}),
        **others,
    )


def reported(
    policy: LadderPolicy | None = None, notifier: Notifier = sends_all, last: int = 30
) -> Story:  # fmt: skip
    policy = policy or reporting()
    return Story(policy, case(policy, overdue(next_due=NEXT)), notifier=notifier).by_looks(1, last)


def reports(story: Story) -> list[tuple[int, str, int]]:
    """What the register was told, on which day, and how much it was told is overdue."""
    return [(number, one.kind, one.report.overdue_minor) for number, one in story.of(ReportAsked)]


def sent_from(attempt: int) -> Notifier:
    return lambda notice: "done" if notice.attempt >= attempt else "failed"


def test_a_report_is_made_once_on_its_day_with_what_is_overdue() -> None:
    assert reports(reported(last=90)) == [(20, "report", OWED.total_minor)]


def test_a_report_names_the_first_overdue_day_and_an_id_of_its_own() -> None:
    ((_, told),) = reported().of(ReportAsked)
    assert (told.report.report_id, told.report.first_overdue_on) == ("loan-1:20240301:report", day(0))


def test_a_report_waits_the_days_since_the_notice_was_really_done() -> None:
    assert reports(reported(reporting(days=25), last=60)) == [(35, "report", OWED.total_minor)]


def test_a_notice_that_was_sent_at_the_third_attempt_counts_from_then() -> None:
    story = reported(reporting(days=14), sent_from(3), last=60)
    assert story.notices == [(10, "notice"), (13, "notice"), (16, "notice")]
    assert reports(story) == [(30, "report", OWED.total_minor)]


def test_without_word_that_the_notice_was_sent_there_is_no_report() -> None:
    assert reports(reported(notifier=answers_nothing, last=300)) == []


def test_a_notice_given_up_means_no_report() -> None:
    assert reports(reported(notifier=lambda notice: "failed", last=200)) == []


def test_a_loan_seen_first_after_the_reports_day_gets_its_notice_first() -> None:
    policy = reporting(days=14)
    story = Story(policy, case(policy, overdue(next_due=NEXT))).by_looks(90, 150)
    assert story.notices == [(90, "notice")]
    assert [number for number, *_ in reports(story)] == [104]


def test_a_notice_of_a_report_is_covered_by_no_other_notice() -> None:
    policy = ladder(
        step("notice", 10, "credit-notice"), step("final", 15),
        step("report", 20, "credit-report", after={"step": "notice", "days": 7}),
    )  # fmt: skip
    story = Story(policy, case(policy, overdue(next_due=NEXT))).by_looks(30, 60)
    assert story.notices == [(30, "final"), (31, "notice")]
    assert [number for number, *_ in reports(story)] == [38]


@pytest.mark.parametrize(("jurisdiction", "least"), [("CN", 7), ("US", 14), ("UK", 14)])
def test_the_waiting_days_of_the_preset_are_the_least_a_ladder_may_wait(jurisdiction: Jurisdiction, least: int) -> None:
    assert reporting(days=least, jurisdiction=jurisdiction).waiting_days == least
    with pytest.raises(ValueError, match=f"{least - 1} is below the {least} days to wait after the notice"):
        reporting(days=least - 1, jurisdiction=jurisdiction)


def test_a_reported_loan_that_is_cured_is_corrected() -> None:
    story = reported()
    story.told = {40: [tells(PAID)]}
    assert reports(story.by_looks(31, 60))[1:] == [(40, "correction", 0)]


def test_a_payment_reversed_after_the_correction_is_reported_again_as_a_correction() -> None:
    story = reported()
    story.told = {40: [tells(PAID)], 45: [tells(overdue(next_due=NEXT))]}
    assert reports(story.by_looks(31, 60))[1:] == [(40, "correction", 0), (45, "correction", OWED.total_minor)]


def test_a_reversal_that_makes_an_older_instalment_unpaid_corrects_the_first_overdue_day() -> None:
    story = reported()
    story.told = {40: [tells(overdue(since=-31, next_due=NEXT))]}
    (*_, (number, told)) = story.by_looks(31, 60).of(ReportAsked)
    assert (number, told.kind, told.report.first_overdue_on) == (40, "correction", day(-31))


def test_corrections_have_ids_of_their_own() -> None:
    story = reported()
    story.told = {40: [tells(PAID)], 45: [tells(overdue(next_due=NEXT))]}
    ids = [one.report.report_id for _, one in story.by_looks(31, 60).of(ReportAsked)]
    assert len(set(ids)) == len(ids) == 3


def test_a_report_is_withdrawn_when_a_payment_made_in_time_comes_to_light() -> None:
    story = reported()
    story.told = {40: [tells(facts(oldest=NEXT, next_due=NEXT, last_paid_on=day(0), last_payment_id="payment-1"))]}
    assert reports(story.by_looks(31, 60))[1:] == [(40, "withdrawal", 0)]


def test_a_cure_without_a_payment_is_a_correction_though_something_was_paid_before_the_report() -> None:
    policy = reporting()
    paid_before: dict[str, Any] = {"last_paid_on": day(-20), "last_payment_id": "payment-1"}
    story = Story(policy, case(policy, overdue(next_due=NEXT, **paid_before)))
    story.told = {40: [tells(facts(oldest=NEXT, next_due=NEXT, **paid_before))]}
    assert reports(story.by_looks(1, 60))[1:] == [(40, "correction", 0)]


def test_a_report_of_a_debt_that_was_wrong_is_withdrawn_at_once_though_the_loan_is_past_due() -> None:
    story = reported()
    assert withdraw_report(story.case, "loan-1")
    story.on(31)
    assert reports(story)[1:] == [(31, "withdrawal", OWED.total_minor)]


def test_a_report_is_withdrawn_once() -> None:
    story = reported()
    withdraw_report(story.case, "loan-1")
    assert not withdraw_report(story.case, "loan-1")
    story.daily(31, 60)
    assert [kind for _, kind, _ in reports(story)] == ["report", "withdrawal"]


def test_a_withdrawn_report_cannot_be_withdrawn_again_as_there_is_none() -> None:
    story = reported()
    withdraw_report(story.case, "loan-1")
    story.on(31)
    with pytest.raises(NotTaken) as caught:
        withdraw_report(story.case, "loan-1")
    assert (caught.value.code, caught.value.field, caught.value.value) == ("no-report", "loan_id", "loan-1")


def test_a_report_of_later_arrears_is_not_withdrawn_with_an_earlier_one() -> None:
    story = reported()
    withdraw_report(story.case, "loan-1")
    story.told = {40: [tells(PAID)]}
    story.by_looks(31, NEXT + 40)
    told = [(number, kind) for number, kind, _ in reports(story)]
    assert told == [(20, "report"), (31, "withdrawal"), (NEXT + 20, "report")]


def test_a_loan_that_was_not_reported_is_told_nothing_of_when_cured() -> None:
    policy = reporting()
    story = Story(policy, case(policy, overdue(next_due=NEXT)))
    story.told = {15: [tells(PAID)]}
    assert reports(story.by_looks(1, 40)) == []


@pytest.mark.parametrize(
    "told",
    [
        adds(holds=[hold("contact", since=15, until=24)]),
        adds(holds=[hold("clock", since=20, until=24)]),
        adds(promises=[promise(1_000, made=15, due=23)]),
        adds(reliefs=[relief(15, ended_on=day(25))]),
    ],
    ids=["contact", "clock", "promise", "relief"],
)
def test_a_report_waits_for_the_end_of_holds_promises_and_relief(told: Change) -> None:
    story = reported(last=14)
    story.told = {15: [told]}
    assert [number for number, *_ in reports(story.by_looks(15, 40))] == [25]


def test_a_reversal_under_relief_tells_the_register_nothing_until_it_is_over() -> None:
    story = reported()
    story.told = {
        40: [tells(PAID)], 45: [tells(overdue(next_due=NEXT)), adds(reliefs=[relief(45, ended_on=day(50))])]
    }  # fmt: skip
    assert [number for number, *_ in reports(story.by_looks(31, 60))[2:]] == [50]
