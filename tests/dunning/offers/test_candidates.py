"""The candidates of each kind of plan, as agreements and as the schedule the ledger would book."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from schemas.offers import PlanKind
from services.dunning.offers.candidates import candidates_of
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.plan import Candidate, Plan, owed_of, plan_for
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import LoanPosition
from services.dunning.offers.rules import Rejection
from services.dunning.offers.situation import Situation
from services.schedules.restructured import check_plan
from services.schedules.schedule import build_schedule
from services.schedules.terms import InvalidTerms
from tests.dunning.offers.loans import TERMS, any_position, means, policy, position, situation


def candidates(kind: PlanKind, loan: LoanPosition | None = None, **overrides: Any) -> tuple[Candidate, ...]:
    """All candidates of a kind."""
    found = candidates_of(kind, Drafts(situation(loan, rules=policy(**overrides))))
    assert not isinstance(found, Rejection)
    return found


def plans(kind: PlanKind, loan: LoanPosition | None = None, **overrides: Any) -> list[Plan]:
    """The schedules of all candidates of a kind."""
    found = situation(loan, rules=policy(**overrides))
    return [plan_for(candidate, found) for candidate in candidates(kind, loan, **overrides)]


def ruled_out(kind: PlanKind, loan: LoanPosition, **overrides: Any) -> str:
    """The rule that rules a kind out."""
    found = candidates_of(kind, Drafts(situation(loan, rules=policy(**overrides))))
    assert isinstance(found, Rejection)
    return found.rule


def test_spread_arrears_leave_later_principal_as_it_was_agreed() -> None:
    (plan,) = plans("spread-arrears", grids={"spread-arrears": {"instalments": [3]}})
    agreed = {line.due_on: line.principal_minor for line in build_schedule(TERMS)}
    extra = [line.principal_minor - agreed[line.due_on] for line in plan.instalments]
    overdue_minor = position().overdue.principal_minor
    assert extra == [overdue_minor // 3, overdue_minor // 3, overdue_minor - overdue_minor // 3 * 2, *[0] * 12]
    assert plan.ends_on == date(2026, 1, 10)


def test_spread_arrears_carry_overdue_interest_and_fees_over_the_same_instalments() -> None:
    loan = position(fee_minor=900)
    (plan,) = plans("spread-arrears", loan, grids={"spread-arrears": {"instalments": [3]}})
    assert [line.fee_minor for line in plan.instalments[:5]] == [300, 300, 300, 0, 0]
    assert sum(line.carried_interest_minor for line in plan.instalments[:3]) == owed_of(situation(loan)).interest_minor


def test_an_instalment_due_before_a_plan_can_begin_joins_the_arrears() -> None:
    loan = position(as_of=date(2024, 11, 1))
    (plan,) = plans("spread-arrears", loan, grids={"spread-arrears": {"instalments": [2]}})
    assert plan.instalments[0].due_on == date(2024, 12, 10)
    assert sum(line.principal_minor for line in plan.instalments) == loan.principal_outstanding_minor


def test_arrears_of_a_loan_that_is_over_are_spread_after_its_end() -> None:
    loan = position(as_of=date(2026, 3, 1), instalments_paid=20)
    (plan,) = plans("spread-arrears", loan, grids={"spread-arrears": {"instalments": [4]}})
    assert [str(line.due_on) for line in plan.instalments] == ["2026-04-10", "2026-05-10", "2026-06-10", "2026-07-10"]


def test_extending_the_term_makes_the_instalments_smaller() -> None:
    found = plans("extend-term", grids={"extend-term": {"extension_months": [0, 6, 12]}})
    assert [len(plan.instalments) for plan in found] == [15, 21, 27]
    assert found[0].largest_minor > found[1].largest_minor > found[2].largest_minor


def test_nothing_is_paid_during_a_holiday() -> None:
    (plan,) = plans(
        "holiday-then-extend", grids={"holiday-then-extend": {"holiday_months": [3], "extension_months": [6]}}
    )
    assert (plan.instalments[0].due_on, len(plan.instalments)) == (date(2025, 2, 10), 21)


def test_a_lower_rate_is_a_share_of_the_rate_agreed() -> None:
    (found,) = candidates("lower-rate", grids={"lower-rate": {"reduction_percents": [25], "extension_months": [0]}})
    assert found.agreement.annual_rate_percent == Decimal(9)


def test_waived_penalties_are_in_no_instalment() -> None:
    for plan in plans("waive-penalty", position(penalty_minor=5_000)):
        assert sum(line.penalty_minor for line in plan.instalments) == 0


def test_a_seasonal_plan_pays_principal_in_its_months_and_interest_always() -> None:
    (plan,) = plans("seasonal", grids={"seasonal": {"seasons": [[6, 7, 8]], "months": [24]}})
    assert {line.due_on.month for line in plan.instalments if line.principal_minor} == {6, 7, 8}
    assert all(line.interest_minor for line in plan.instalments)
    assert plan.ends_on == date(2026, 8, 10)


def test_a_settlement_asks_for_its_share_of_what_is_owed_and_no_more() -> None:
    loan = position(penalty_minor=5_000)
    (plan,) = plans("settlement", loan, grids={"settlement": {"percents": [80], "instalments": [3]}})
    assert plan.total_minor == -(-loan.owed_minor * 80 // 100)
    assert len(plan.instalments) == 3


@pytest.mark.parametrize("method", ["interest_only", "bullet"])
def test_a_loan_due_at_its_end_is_paid_back_in_equal_parts(method: str) -> None:
    loan = position(method=method, instalments_paid=0)
    (plan,) = plans("extend-term", loan, grids={"extend-term": {"extension_months": [12]}})
    assert len({line.principal_minor for line in plan.instalments[:-1]}) == 1


def test_capitalised_penalties_are_part_of_the_principal_that_is_spread() -> None:
    loan = position(penalty_minor=6_000)
    for plan in plans("spread-arrears", loan, penalty_treatment="capitalise"):
        assert sum(line.principal_minor for line in plan.instalments) == loan.principal_outstanding_minor + 6_000


@pytest.mark.parametrize(
    ("kind", "rule", "loan"),
    [
        ("spread-arrears", "nothing-overdue", position(instalments_paid=9)),
        ("waive-penalty", "no-penalty", position()),
        ("lower-rate", "no-interest", position(annual_rate_percent=Decimal(0))),
    ],
)
def test_kinds_that_make_no_sense_for_a_loan_are_ruled_out(kind: PlanKind, rule: str, loan: LoanPosition) -> None:
    assert ruled_out(kind, loan) == rule


def test_a_kind_that_the_policy_does_not_allow_is_ruled_out() -> None:
    assert ruled_out("settlement", position(), allowed_kinds=["extend-term"]) == "kind-not-allowed"


@given(any_position())
def test_every_candidate_is_an_agreement_the_ledger_accepts(loan: LoanPosition) -> None:
    found = Situation(loan, means(), "none", policy())
    for kind in KINDS:
        offered = candidates_of(kind, Drafts(found))
        for candidate in () if isinstance(offered, Rejection) else offered:
            try:
                check_plan(owed_of(found), loan.terms, candidate.agreement)
            except InvalidTerms as error:
                raise AssertionError(candidate) from error


@given(any_position())
def test_principal_of_a_plan_and_what_it_waives_is_the_principal_outstanding(loan: LoanPosition) -> None:
    found = Situation(loan, means(), "none", policy())
    for kind in KINDS:
        offered = candidates_of(kind, Drafts(found))
        for candidate in () if isinstance(offered, Rejection) else offered:
            plan = plan_for(candidate, found)
            principal_minor = sum(line.principal_minor for line in plan.instalments)
            settlement_minor = candidate.agreement.settle_for_minor
            beside_minor = loan.owed_minor - loan.principal_outstanding_minor
            if settlement_minor is None:
                assert principal_minor == loan.principal_outstanding_minor
            else:
                waived_minor = max(0, loan.owed_minor - settlement_minor - beside_minor)
                assert principal_minor + waived_minor == loan.principal_outstanding_minor
