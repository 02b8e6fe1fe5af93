"""What holds for the offers to any borrower for any loan."""

from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from schemas.offers import PlanKind
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.engine import EXACT, make_offers
from services.dunning.offers.means import BorrowerMeans, living_amount_minor
from services.dunning.offers.offer_policy import OfferPolicy, ReliefReason
from services.dunning.offers.plan import Candidate, Plan, Shape, owed_of
from services.dunning.offers.plan_dates import monthly_equivalent_minor, months_between
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import LoanPosition
from services.dunning.offers.principal_spread import parts_in_season
from services.dunning.offers.ranking import ValuedPlan, score
from services.dunning.offers.rules import breaches_of
from services.dunning.offers.situation import Situation
from services.dunning.offers.valuation import valued
from services.schedules.restructured import RestructureTerms, planned_instalments
from services.schedules.terms import InvalidTerms
from tests.dunning.offers.loans import any_means, any_position, any_relief, policy

SHIPPED = policy()


@st.composite
def any_policy(draw: st.DrawFn) -> OfferPolicy:
    """The shipped policy with other limits, weights and grids."""
    return policy(
        affordability_share_percent=draw(st.integers(10, 90)),
        loss_limit_percent=draw(st.integers(0, 60)),
        cost_cap_percent=draw(st.none() | st.integers(8, 40)),
        maximum_extension_months=draw(st.integers(0, 40)),
        lender_weight_percent=draw(st.integers(0, 100)),
        number_of_offers=draw(st.integers(1, 3)),
        penalty_treatment=draw(st.sampled_from(["carry_forward", "capitalise", "waive"])),
        allowed_kinds=draw(st.lists(st.sampled_from(KINDS), min_size=1, unique=True)),
    )


@given(any_position(), any_means, any_relief, any_policy())
def test_never_more_than_three_offers_and_one_of_a_kind(
    loan: LoanPosition, means: BorrowerMeans, relief: ReliefReason, rules: OfferPolicy
) -> None:
    found = make_offers(loan, means, relief, rules)
    kinds = [offer.kind for offer in found.offers]
    assert len(kinds) == len(set(kinds)) <= rules.number_of_offers
    assert {rejection.kind for rejection in found.rejected}.isdisjoint(kinds)


@given(any_position(), any_means, any_relief, any_policy())
def test_no_offer_breaks_a_rule(
    loan: LoanPosition, means: BorrowerMeans, relief: ReliefReason, rules: OfferPolicy
) -> None:
    for offer in make_offers(loan, means, relief, rules).offers:
        income_minor = means.income_monthly_minor
        for line in offer.instalments:
            month_minor = monthly_equivalent_minor(line.total_minor, loan.terms.every)
            if income_minor is not None:
                all_minor = month_minor + means.other_obligations_monthly_minor
                assert all_minor * 100 <= income_minor * rules.affordability_share_percent
                assert income_minor - all_minor >= living_amount_minor(means, rules, "CNY")
        end = offer.instalments[-1].due_on
        assert months_between(loan.ends_on, end) <= rules.maximum_extension_months
        daily = 1 + float(rules.discount_rate_percent) / 100
        present_value = sum(
            line.total_minor * daily ** (-(line.due_on - loan.as_of).days / 365) for line in offer.instalments
        )
        assert loan.owed_minor - present_value <= float(rules.loss_limit_percent) / 100 * loan.owed_minor + 1
        rate = offer.agreement.annual_rate_percent
        charged = loan.terms.annual_rate_percent if rate is None else rate
        interest_minor = sum(line.interest_minor - line.carried_interest_minor for line in offer.instalments)
        if rules.cost_cap_percent is not None and charged > rules.cost_cap_percent:
            assert interest_minor <= 20 * len(offer.instalments), (
                "so little that rounding to minor units hides the rate"
            )


@given(any_position(), any_means, any_relief, st.integers(0, 1_000_000))
def test_more_income_never_gives_fewer_kinds(
    loan: LoanPosition, means: BorrowerMeans, relief: ReliefReason, more_minor: int
) -> None:
    income_minor = means.income_monthly_minor or 0
    poor = BorrowerMeans(income_monthly_minor=income_minor)
    rich = BorrowerMeans(income_monthly_minor=income_minor + more_minor)
    rejected_poor = {one.kind for one in make_offers(loan, poor, relief, SHIPPED).rejected}
    rejected_rich = {one.kind for one in make_offers(loan, rich, relief, SHIPPED).rejected}
    assert rejected_rich <= rejected_poor


@given(any_position(), any_means, any_relief)
def test_the_same_facts_give_the_same_offers(loan: LoanPosition, means: BorrowerMeans, relief: ReliefReason) -> None:
    with localcontext(Context(prec=6)):
        again = make_offers(loan, means, relief, SHIPPED)
    assert make_offers(loan, means, relief, SHIPPED) == again


@given(any_position(), any_means, any_relief, any_policy())
def test_offers_are_the_best_of_the_grid(
    loan: LoanPosition, means: BorrowerMeans, relief: ReliefReason, rules: OfferPolicy
) -> None:
    found = make_offers(loan, means, relief, rules)
    with localcontext(EXACT):
        best, surviving = exhaustive_search(Situation(loan, means, relief, rules))
    assert [(offer.kind, offer.agreement) for offer in found.offers] == best
    assert {rejection.kind for rejection in found.rejected} == set(KINDS) - surviving


def exhaustive_search(found: Situation) -> tuple[list[tuple[PlanKind, RestructureTerms]], set[PlanKind]]:
    """The offers by trying every point of the grid and comparing all with all; and the kinds with a surviving plan."""
    plans: list[ValuedPlan] = []
    for kind, agreement in every_agreement(found):
        try:
            lines = planned_instalments(owed_of(found), found.position.terms, agreement)
        except InvalidTerms:
            continue
        plan = Plan(Candidate(kind, Shape(), agreement), found.position.terms.every, lines)
        if not breaches_of(plan, found):
            plans.append(ValuedPlan(plan, valued(plan, found), kind in found.hardship.preferred_kinds))
    left = [one for one in plans if not any(_is_better(other, one) for other in plans)]
    chosen: list[ValuedPlan] = []
    while left and len(chosen) < found.policy.number_of_offers:
        best = left[0]
        for one in left[1:]:
            if _rank(one, found) > _rank(best, found):
                best = one
        chosen.append(best)
        left = [one for one in left if one.kind != best.kind]
    return [(one.kind, one.plan.candidate.agreement) for one in chosen], {one.kind for one in plans}


def _rank(one: ValuedPlan, found: Situation) -> tuple[Decimal, int, int]:
    return score(one, found), one.valuation.lender_value_minor, -KINDS.index(one.kind)


def _is_better(one: ValuedPlan, other: ValuedPlan) -> bool:
    mine, its = one.valuation, other.valuation
    at_least = mine.lender_value_minor >= its.lender_value_minor and mine.burden <= its.burden
    return at_least and (mine.lender_value_minor, mine.burden) != (its.lender_value_minor, its.burden)


def every_agreement(found: Situation) -> Iterator[tuple[PlanKind, RestructureTerms]]:
    """Every point of every grid, in order, where the kind makes sense for the loan."""
    drafts, grids, overdue = Drafts(found), found.policy.grids, found.position.overdue
    rate = found.position.terms.annual_rate_percent
    points: list[tuple[PlanKind, RestructureTerms | None]] = []
    if overdue.total_minor:
        treatment = found.policy.penalty_treatment
        points += [("spread-arrears", drafts.arrears_over(n, treatment)) for n in grids.spread_arrears.instalments]
    for months in grids.extend_term.extension_months:
        points += [("extend-term", drafts.rescheduled(count=drafts.count_with(months)))]
    holiday_grid = grids.holiday_then_extend
    for holiday, months in product(holiday_grid.holiday_months, holiday_grid.extension_months):
        first = drafts.first_after(holiday)
        assert first is not None
        count = drafts.count_with(months)
        points += [("holiday-then-extend", drafts.rescheduled(count=count, first=first))]
    if rate:
        for percent, months in product(grids.lower_rate.reduction_percents, grids.lower_rate.extension_months):
            lowered = rate * (100 - percent) / 100
            count = drafts.count_with(months)
            points += [("lower-rate", drafts.rescheduled(count=count, annual_rate_percent=lowered))]
    if overdue.penalty_minor:
        points += [("waive-penalty", drafts.arrears_over(n, "waive")) for n in grids.waive_penalty.instalments]
    for season, months in product(grids.seasonal.seasons, grids.seasonal.months):
        parts = parts_in_season(drafts.dates_within(months), drafts.principal_minor, season)
        points += [("seasonal", drafts.in_parts(parts))]
    for percent, count in product(grids.settlement.percents, grids.settlement.instalments):
        points += [("settlement", drafts.settling(percent, count))]
    for kind, agreement in points:
        if agreement is not None and kind in found.policy.allowed_kinds:
            yield kind, agreement
