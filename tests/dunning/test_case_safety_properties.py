"""Whatever the ladder and whatever is told: nobody is pressed who must not be, and nobody too often."""

from collections import Counter

from hypothesis import given

from services.dunning.aging.holds import Hold, is_stopped
from services.dunning.cases.case_actions import NoticeAsked, ReportAsked
from services.dunning.cases.case_context import own_holds, time_barred_from
from services.dunning.cases.promises import judge
from services.dunning.cases.relief import reliefs_of
from tests.dunning.case_stories import FIRST, LAST, Plot, plots
from tests.dunning.lived_stories import Moment, lived


def holds_of(moment: Moment) -> list[Hold]:
    """The borrower's own holds, and those of their region and products."""
    case = moment.story.case
    products = {key: file.facts.product for key, file in case.loans.items() if file.facts.product is not None}
    of_areas = [
        hold for area in moment.story.areas.holds for hold in area.for_case(case.facts.region, products)
    ]  # fmt: skip
    return [*own_holds(case.facts, moment.story.policy), *of_areas]


def is_in_relief(moment: Moment) -> bool:
    """Whether relief is in force, the borrower's own or that of their region."""
    facts, policy = moment.story.case.facts, moment.story.policy
    reliefs = reliefs_of(facts.reliefs, moment.story.areas.reliefs, facts.region)
    return any(one.is_active(policy.relief, moment.on) for one in reliefs)


@given(plots())
def test_under_a_hold_of_contact_nothing_is_done_about_a_loan(plot: Plot) -> None:
    for moment in lived(plot):
        holds = holds_of(moment)
        for pressure in moment.pressing:
            assert not is_stopped(holds, "contact", pressure.loan_id, moment.on), pressure


@given(plots())
def test_under_a_hold_of_the_clock_nothing_escalates(plot: Plot) -> None:
    for moment in lived(plot):
        holds = holds_of(moment)
        for pressure in moment.pressing:
            assert not (pressure.escalates and is_stopped(holds, "clock", pressure.loan_id, moment.on)), pressure


@given(plots())
def test_under_relief_nothing_escalates_and_only_steps_for_it_are_taken(plot: Plot) -> None:
    for moment in lived(plot):
        if not is_in_relief(moment):
            continue
        for pressure in moment.pressing:
            assert not pressure.escalates, pressure
            if pressure.step is not None:
                assert pressure.step.during_relief, pressure
            else:
                assert isinstance(pressure.action, NoticeAsked)
                assert pressure.action.rule in ("relief", "cured")


@given(plots())
def test_the_ladder_waits_for_an_open_promise(plot: Plot) -> None:
    for moment in lived(plot):
        case = moment.story.case
        promised = [
            one for one in case.facts.promises
            if judge(one, case.payments, plot.policy.promises, moment.on).verdict == "open"
        ]  # fmt: skip
        for pressure in moment.pressing:
            if pressure.step is not None and any(one.is_about(pressure.loan_id) for one in promised):
                assert not case.loans[pressure.loan_id].memory.is_past_due, pressure


@given(plots())
def test_a_credit_report_comes_after_notice_and_waiting_days(plot: Plot) -> None:
    story = plot.story().by_looks(FIRST, LAST)
    notices = {step.id for step in plot.policy.steps if step.action == "credit-notice"}
    given_on = [
        (number, action.loan_id)
        for number, action in story.of(NoticeAsked)
        if action.rule.removeprefix("ladder:") in notices and plot.notifier(action) == "done"
    ]
    for number, report in story.of(ReportAsked):
        if report.kind == "report":
            waited = [number - before for before, loan_id in given_on if loan_id == report.loan_id]
            assert waited
            assert max(waited) >= plot.policy.waiting_days


@given(plots())
def test_of_a_time_barred_debt_nothing_is_asked(plot: Plot) -> None:
    for moment in lived(plot):
        for pressure in moment.pressing:
            file = moment.story.case.loans[pressure.loan_id]
            barred_on = time_barred_from(file.facts, plot.policy)
            is_barred = file.memory.is_past_due and barred_on is not None and moment.on >= barred_on
            is_help = isinstance(pressure.action, NoticeAsked) and pressure.action.rule == "relief"
            assert not is_barred or is_help, pressure


@given(plots())
def test_the_contact_budget_is_kept_over_all_loans_and_notices_beside_answers(plot: Plot) -> None:
    budget = plot.policy.contact_budget
    contacts = [
        moment.number
        for moment in lived(plot)
        for pressure in moment.pressing
        if pressure.is_contact and not pressure.is_answer
    ]
    for first in contacts:
        if budget is not None:
            assert sum(first <= number < first + budget.days for number in contacts) <= budget.contacts


@given(plots())
def test_a_borrower_gets_one_notice_a_day_at_most_beside_answers(plot: Plot) -> None:
    notices = [
        moment.number
        for moment in lived(plot)
        for pressure in moment.pressing
        if isinstance(pressure.action, NoticeAsked) and not pressure.is_answer
    ]
    assert not notices or max(Counter(notices).values()) == 1


@given(plots())
def test_for_borrowers_held_out_only_required_steps_are_taken(plot: Plot) -> None:
    if plot.is_held_out:
        for moment in lived(plot):
            assert all(pressure.step is None or pressure.step.required for pressure in moment.pressing)
