"""Which plans are offered, and in which order."""

from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from schemas.offers import PlanKind
from services.dunning.offers.plan import Candidate, Plan, Shape
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.ranking import ValuedPlan, pareto_front, ranked, score
from services.dunning.offers.valuation import Valuation
from services.schedules.restructured import RestructureTerms
from tests.dunning.offers.loans import policy, situation

FOUND = situation()
AGREEMENT = RestructureTerms(agreed_on=FOUND.as_of, number_of_instalments=1, first_due_on=FOUND.first_due_from)


def valued_plan(
    value_minor: int, burden: str, kind: PlanKind = "extend-term", *, is_preferred: bool = False
) -> ValuedPlan:
    """A plan of which only the value, the burden and the kind matter."""
    plan = Plan(Candidate(kind, Shape(), AGREEMENT), (1, "months"), ())
    return ValuedPlan(plan, Valuation(0, Decimal(0), value_minor, Decimal(0), Decimal(burden)), is_preferred)


def dominates(one: ValuedPlan, other: ValuedPlan) -> bool:
    """As good in both, better in one."""
    (value_minor, lightness), (other_value_minor, other_lightness) = one.merits, other.merits
    return value_minor >= other_value_minor and lightness >= other_lightness and one.merits != other.merits


any_plans = st.lists(
    st.builds(
        valued_plan,
        st.integers(0, 20),
        st.sampled_from(["0.1", "0.2", "0.3", "0.4"]),
        st.sampled_from(KINDS),
        is_preferred=st.booleans(),
    ),
    max_size=25,
)


def test_a_plan_that_is_worse_for_both_is_not_offered() -> None:
    good, bad = valued_plan(10, "0.1"), valued_plan(9, "0.2", "settlement")
    assert ranked([bad, good], situation()) == (good,)


def test_of_each_kind_one_plan_is_offered() -> None:
    plans = [valued_plan(10, "0.2"), valued_plan(9, "0.1")]
    assert len(ranked(plans, situation())) == 1


def test_the_policy_says_whose_side_weighs_more() -> None:
    for_lender, for_borrower = valued_plan(1_000_000, "0.9"), valued_plan(1, "0.1", "settlement")
    plans = [for_lender, for_borrower]
    assert ranked(plans, situation(rules=policy(lender_weight_percent=100)))[0] == for_lender
    assert ranked(plans, situation(rules=policy(lender_weight_percent=0)))[0] == for_borrower


def test_a_preferred_kind_comes_first_when_scores_are_close() -> None:
    close = [valued_plan(101, "0.3"), valued_plan(100, "0.29", "holiday-then-extend", is_preferred=True)]
    assert [one.kind for one in ranked(close, situation())] == ["holiday-then-extend", "extend-term"]


def test_the_policy_limits_the_number_of_offers() -> None:
    plans = [valued_plan(10 + index, f"0.{index + 1}", kind) for index, kind in enumerate(KINDS)]
    assert [len(ranked(plans, situation(rules=policy(number_of_offers=count)))) for count in (1, 2, 3)] == [1, 2, 3]


@given(any_plans)
def test_the_front_is_what_comparing_all_with_all_leaves(plans: list[ValuedPlan]) -> None:
    assert pareto_front(plans) == [one for one in plans if not any(dominates(other, one) for other in plans)]


@given(any_plans)
def test_offers_come_by_falling_score_and_none_dominates_another(plans: list[ValuedPlan]) -> None:
    chosen = ranked(plans, FOUND)
    scores = [score(one, FOUND) for one in chosen]
    assert scores == sorted(scores, reverse=True)
    assert not any(dominates(one, other) for one, other in product(chosen, chosen))
    assert len({one.kind for one in chosen}) == len(chosen) <= 3
