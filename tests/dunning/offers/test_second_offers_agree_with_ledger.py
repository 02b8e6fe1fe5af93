"""The schedule that a second offer shows is the one the ledger books, whatever the first plan carries over."""

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.dunning.current_instalments import current_instalments
from services.dunning.offer_position import NoPosition, current_schedule_of, position_of
from services.dunning.offers.candidates import candidates_of
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.plan import owed_of, plan_for
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import LoanPosition
from services.dunning.offers.rules import Rejection
from services.dunning.offers.situation import Situation
from services.ledger.agreement import Agreement, AllocationBy
from services.ledger.facts import Charged, ChargeKind, Fact, Paid
from services.ledger.life import Life, live
from services.ledger.refusal import FactRefused, check
from services.schedules.restructured import (
    PrincipalPart,
    RestructureTerms,
    Treatment,
    planned_instalments,
)
from services.schedules.schedule import build_schedule
from services.schedules.terms import InvalidTerms
from tests.dunning.offers.loans import means, policy
from tests.dunning.offers.restructured_loans import AGREED_ON, CARRIED, IN_PARTS, charged_loan
from tests.dunning.offers.told_lives import ToldLoan, accepted, booked, restructured_loan, shown
from tests.ledger.lives import DISBURSED_ON, orders, terms


def unpaid_in_ledger(loan: ToldLoan, on: date) -> tuple[list[tuple[date, int, int]], int, int]:
    """Due date, interest and principal of each unpaid line; fees and penalties of all."""
    lines = loan.life(on).lines
    return (
        [
            (line.due_on, line.interest_outstanding_minor, line.principal_outstanding_minor)
            for line in lines
            if line.interest_outstanding_minor or line.principal_outstanding_minor
        ],
        sum(line.component_outstanding_minor("fee") for line in lines),
        sum(line.component_outstanding_minor("penalty") for line in lines),
    )


def unpaid_in_offer(loan: ToldLoan, on: date) -> tuple[list[tuple[date, int, int]], int, int]:
    """The same as the offer has it."""
    found = current_instalments(loan.facts, current_schedule_of(loan.facts, loan.kept), on)
    amounts = [(one.due_on, one.amounts) for one in found]
    return (
        [
            (due_on, one.interest_minor, one.principal_minor)
            for due_on, one in amounts
            if one.interest_minor or one.principal_minor
        ],
        sum(one.fee_minor for _, one in amounts),
        sum(one.penalty_minor for _, one in amounts),
    )


def paid(amount_minor: int, on: date) -> Paid:
    """A payment after the first plan."""
    return Paid(fact_id=f"P-{on}", on=on, amount_minor=amount_minor)


FIRST_DUE_ON = date(2024, 11, 20)
LATER = {
    "nothing-paid": ((), date(2025, 1, 5)),
    "first-paid": (((1, FIRST_DUE_ON),), date(2025, 1, 25)),
    "first-paid-in-part": (((0.4, FIRST_DUE_ON),), date(2025, 1, 5)),
    "next-paid-ahead-in-part": (((1, FIRST_DUE_ON), (0.3, date(2024, 12, 1))), date(2024, 12, 2)),
    "next-paid-ahead": (((1, FIRST_DUE_ON), (1, date(2024, 12, 1))), date(2024, 12, 2)),
    "on-a-due-date": (((1, FIRST_DUE_ON),), date(2024, 12, 20)),
}


def later_loan(plan: RestructureTerms, later: str) -> tuple[ToldLoan, date]:
    """The loan on the day of a second offer; payments in shares of the first instalment of the plan."""
    loan = charged_loan(plan)
    payments, on = LATER[later]
    due = next(line for line in loan.life(AGREED_ON).lines if line.due_on == FIRST_DUE_ON)
    for share, paid_on in payments:
        loan = loan.after(paid(int(due.outstanding_minor * share), paid_on))
    return loan.on(on), on


@pytest.mark.parametrize("plan", [CARRIED, IN_PARTS], ids=["by-terms", "in-parts"])
@pytest.mark.parametrize("later", LATER)
def test_every_plan_of_a_second_offer_is_booked_as_it_is_shown(plan: RestructureTerms, later: str) -> None:
    loan, on = later_loan(plan, later)
    found = Situation(position_of(loan.facts, loan.kept, on), means(), "none", policy())
    for kind in KINDS:
        candidates = candidates_of(kind, Drafts(found))
        for candidate in () if isinstance(candidates, Rejection) else candidates:
            check(loan.life(on), accepted(candidate.agreement, "R-2"))
            in_ledger = booked(loan.life(on, accepted(candidate.agreement, "R-2")))
            assert shown(plan_for(candidate, found).instalments) == in_ledger, candidate


@pytest.mark.parametrize("plan", [CARRIED, IN_PARTS], ids=["by-terms", "in-parts"])
@pytest.mark.parametrize("later", LATER)
def test_what_is_paid_without_a_second_plan_is_what_the_ledger_lacks(plan: RestructureTerms, later: str) -> None:
    loan, on = later_loan(plan, later)
    assert unpaid_in_offer(loan, on) == unpaid_in_ledger(loan, on)
    position = position_of(loan.facts, loan.kept, on)
    assert position.total_as_agreed_minor == sum(line.outstanding_minor for line in loan.life(on).lines)


def test_a_payment_between_agreement_and_telling_is_known_of_the_instalments_told() -> None:
    payment = paid(150_000, date(2024, 10, 22))
    known = charged_loan(CARRIED)
    life = known.life(date(2024, 10, 23), payment)
    loan = restructured_loan(known.agreement, [*known.happened[:-1], payment], CARRIED, life.on).on(date(2024, 12, 5))
    assert unpaid_in_offer(loan, loan.facts.as_of) == unpaid_in_ledger(loan, loan.facts.as_of)


def test_no_plan_is_made_where_only_the_terms_of_a_restructured_loan_are_known() -> None:
    loan = charged_loan(CARRIED)
    with pytest.raises(NoPosition, match="carry over is not known"):
        position_of(loan.facts, replace(loan.kept, instalments=None), AGREED_ON)


def test_no_plan_is_made_where_a_restructuring_was_undone() -> None:
    loan = charged_loan(CARRIED)
    undone = replace(loan.facts, restructuring_id=None, restructured_on=None)
    with pytest.raises(NoPosition, match="again the one before a restructuring"):
        position_of(undone, loan.kept, AGREED_ON)


@st.composite
def agreed_plans(draw: st.DrawFn, on: date, principal_minor: int) -> RestructureTerms:
    """Any agreement of a day, by the loan's method or in parts."""
    treatments: st.SearchStrategy[Treatment] = st.sampled_from(get_args(Treatment))
    first_due_on = on + timedelta(days=draw(st.integers(3, 45)))
    count = draw(st.integers(1, 6))
    plan = RestructureTerms(
        agreed_on=on,
        number_of_instalments=count,
        first_due_on=first_due_on,
        annual_rate_percent=draw(st.none() | st.decimals(0, 40, places=2)),
        interest=draw(treatments),
        fee=draw(treatments),
        penalty=draw(treatments),
        settle_for_minor=draw(st.none() | st.integers(max(1, principal_minor // 2), max(2, principal_minor))),
        carry_over_instalments=draw(st.none() | st.integers(1, count)),
    )
    if not draw(st.booleans()):
        return plan
    parts = [
        PrincipalPart(first_due_on + timedelta(days=20 * index), draw(st.integers(0, principal_minor // count)))
        for index in range(count)
    ]
    parts[-1] = replace(parts[-1], principal_minor=max(1, parts[-1].principal_minor))
    return replace(plan, principal_parts=tuple(parts))


@st.composite
def happenings(draw: st.DrawFn, name: str, from_on: date, to_on: date, largest_minor: int) -> list[Fact]:
    """Payments and charges of these days, ascending."""
    if from_on > to_on:
        return []
    days = sorted(draw(st.lists(st.integers(0, (to_on - from_on).days), max_size=4)))
    facts: list[Fact] = []
    for number, days_later in enumerate(days):
        on, amount_minor = from_on + timedelta(days=days_later), draw(st.integers(1, largest_minor))
        if draw(st.booleans()):
            facts.append(Paid(fact_id=f"{name}-{number}", on=on, amount_minor=amount_minor))
        else:
            due_on = on + timedelta(days=draw(st.sampled_from([0, 0, 5, 30])))
            kind: ChargeKind = draw(st.sampled_from(get_args(ChargeKind)))
            facts.append(
                Charged(fact_id=f"{name}-{number}", on=on, kind=kind, amount_minor=amount_minor, due_on=due_on)
            )
    return facts


Twice = tuple[ToldLoan, date, RestructureTerms]


@st.composite
def twice_restructured(
    draw: st.DrawFn, allocation_by: AllocationBy, told_late_days: int, *, is_charged_later: bool
) -> Twice:
    """A loan after a first plan, the day of a second, and any agreement of that day."""
    agreement = Agreement(
        terms=draw(terms),
        order=draw(orders),
        allocation_by=allocation_by,
        early_repayment=draw(st.sampled_from(["pay_ahead", "hold_as_credit"])),
    )
    schedule = build_schedule(agreement.terms)
    largest_minor = max(2, 2 * agreement.terms.principal_minor // agreement.terms.number_of_instalments)
    last_day = (schedule[-1].due_on - DISBURSED_ON).days
    agreed_on = DISBURSED_ON + timedelta(days=draw(st.integers(2, last_day)))
    told_on = agreed_on + timedelta(days=draw(st.integers(0, told_late_days)))
    on = told_on + timedelta(days=draw(st.integers(1, 150)))
    first = draw(happenings("A", DISBURSED_ON + timedelta(days=1), agreed_on - timedelta(days=1), largest_minor))
    between = draw(happenings("B", agreed_on + timedelta(days=1), told_on, largest_minor))
    before = live(agreement, schedule, first, agreed_on)
    assume(before.principal_outstanding_minor)
    plan = draw(agreed_plans(agreed_on, before.principal_outstanding_minor))
    assume(is_allowed(before, plan))
    loan = restructured_loan(agreement, [*first, *between], plan, told_on)
    for fact in draw(happenings("D", told_on + timedelta(days=1), on, largest_minor)):
        if isinstance(fact, Charged) and not is_charged_later:
            continue
        loan = loan.on(fact.on).after(fact)
    loan = loan.on(on)
    assume(loan.facts.principal_outstanding_minor)
    second = draw(agreed_plans(on, loan.facts.principal_outstanding_minor))
    assume(is_allowed(loan.life(on), second))
    return loan, on, second


def is_allowed(life: Life, plan: RestructureTerms) -> bool:
    """Whether the ledger takes an agreement."""
    try:
        check(life, accepted(plan))
    except (FactRefused, InvalidTerms):
        return False
    return True


def assert_booked_as_shown(twice: Twice, position: LoanPosition) -> None:
    """The second plan's instalments in both."""
    loan, on, second = twice
    owed = owed_of(Situation(position, means(), "none", policy()))
    planned = planned_instalments(owed, position.terms, second)
    assert shown(planned) == booked(loan.life(on, accepted(second, "R-2")))
    assert unpaid_in_offer(loan, on) == unpaid_in_ledger(loan, on)


@given(twice_restructured("instalment_first", 0, is_charged_later=False))
def test_a_second_plan_is_found_and_booked_as_it_is_shown(twice: Twice) -> None:
    loan, on, _ = twice
    if is_told_in_two_ways(loan):
        return
    assert_booked_as_shown(twice, position_of(loan.facts, loan.kept, on))


def is_told_in_two_ways(loan: ToldLoan) -> bool:
    """Whether the interest of so few instalments may be split in two ways into what they earn and what they carry."""
    try:
        current_schedule_of(loan.facts, loan.kept)
    except NoPosition as refusal:
        return "alike" in str(refusal)
    return False


@given(st.sampled_from(get_args(AllocationBy)).flatmap(lambda by: twice_restructured(by, 20, is_charged_later=True)))
def test_no_second_plan_is_shown_that_is_not_booked(twice: Twice) -> None:
    loan, on, _ = twice
    try:
        position = position_of(loan.facts, loan.kept, on)
    except NoPosition:
        return
    assert_booked_as_shown(twice, position)
