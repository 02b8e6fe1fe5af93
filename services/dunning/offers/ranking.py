"""Which plans are offered of those that keep all rules, and in which order.

1. A plan is dropped if another one is at least as good in lender's value and in burden, and better in one of them. What
   is left is the Pareto front.
2. score = lender_weight x lender's value / what is owed + (1 - lender_weight) x (1 - burden)
           + preference, if the kind is preferred for the borrower's hardship
3. Of each kind the plan with the highest score stays; they come in order of score, `number_of_offers` at most.

Ties are broken by the higher lender's value, then by the order of kinds and of the grid, so that the same facts always
give the same offers. No plan is left out before it is valued: the best of the grid is found because
all of the grid is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.offers import PlanKind
from services.dunning.offers.plan import Plan
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.situation import Situation
from services.dunning.offers.valuation import Valuation


@dataclass(frozen=True, slots=True)
class ValuedPlan:
    """A plan that keeps all rules; `is_preferred` if its kind helps in the borrower's hardship."""

    plan: Plan
    valuation: Valuation
    is_preferred: bool

    @property
    def kind(self) -> PlanKind:
        """The kind of the plan."""
        return self.plan.kind

    @property
    def merits(self) -> tuple[int, Decimal]:
        """What it is compared by, each the more the better: lender's value and burden taken off."""
        return self.valuation.lender_value_minor, -self.valuation.burden


def ranked(plans: Sequence[ValuedPlan], situation: Situation) -> tuple[ValuedPlan, ...]:
    """The plans to offer, the first recommended. `plans` come in the order of the grid."""
    best: dict[PlanKind, ValuedPlan] = {}
    in_order = sorted(
        pareto_front(plans),
        key=lambda one: (-score(one, situation), -one.valuation.lender_value_minor, KINDS.index(one.kind)),
    )
    for one in in_order:
        best.setdefault(one.kind, one)
    return tuple(best.values())[: situation.policy.number_of_offers]


def pareto_front(plans: Sequence[ValuedPlan]) -> list[ValuedPlan]:
    """The plans that no other one dominates, in their order."""
    front: set[tuple[int, Decimal]] = set()
    for merits in sorted({one.merits for one in plans}, reverse=True):
        # By falling lender's value: what comes later must be less of a burden than all before.
        if not front or merits[1] > max(one[1] for one in front):
            front.add(merits)
    return [one for one in plans if one.merits in front]


def score(one: ValuedPlan, situation: Situation) -> Decimal:
    """The score that plans are ordered by."""
    policy = situation.policy
    weight = policy.lender_weight_percent
    value_share = Decimal(one.valuation.lender_value_minor) / situation.owed_minor
    preference = policy.preference_percent if one.is_preferred else 0
    return (weight * value_share + (100 - weight) * (1 - one.valuation.burden) + preference) / 100
