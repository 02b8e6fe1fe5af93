"""The offers for one loan: every plan of the policy's grid is worked out, judged by the rules, valued and ranked. Pure.

docs/offers.md tells the same with the formulas, for those who set the policy.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Final

from schemas.offers import PlanKind
from services.dunning.offers.candidates import candidates_of
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.means import BorrowerMeans
from services.dunning.offers.offer_policy import OfferPolicy, ReliefReason
from services.dunning.offers.plan import Candidate, plan_for
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import LoanPosition
from services.dunning.offers.ranking import ValuedPlan, ranked
from services.dunning.offers.reasons import Reason, reasons_for
from services.dunning.offers.rules import Breach, Rejection, breaches_of, rejections_of
from services.dunning.offers.situation import Situation
from services.dunning.offers.valuation import valued
from services.schedules.restructured import PlannedInstalment, RestructureTerms
from services.schedules.terms import InvalidTerms

EXACT: Final = Context(prec=28)
"""The arithmetic of values and burdens, whatever the caller's."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan to put to the borrower. Amounts in minor units.

    `agreement` is what the ledger would be told, as of `effective_on`; `instalments` are what it would book then.
    `total_cost_minor` is all that the borrower pays from `effective_on` on if the plan is kept: principal, interest,
    fees and penalties of all instalments. `lender_value_minor` and `burden` (0 to 1) are those of `valuation`. The
    offer can be accepted until the end of `expires_on`.
    """

    kind: PlanKind
    agreement: RestructureTerms
    instalments: tuple[PlannedInstalment, ...]
    total_cost_minor: int
    lender_value_minor: int
    burden: Decimal
    reasons: tuple[Reason, ...]
    policy_version: str
    effective_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Offers:
    """Up to three offers, the first recommended; and of kinds without any plan that keeps all rules, why."""

    offers: tuple[Offer, ...]
    rejected: tuple[Rejection, ...]


def make_offers(position: LoanPosition, means: BorrowerMeans, relief: ReliefReason, policy: OfferPolicy) -> Offers:
    """The offers for a loan, from its position on a day, the borrower's means and the reason for relief.

    `rejected` names each kind of which no plan keeps all rules, once for each rule that plans of it broke. Raises
    InvalidTerms when the loan's due dates lead past the end of the calendar.
    """
    with localcontext(EXACT):
        situation = Situation(position, means, relief, policy)
        drafts = Drafts(situation)
        survivors: list[ValuedPlan] = []
        rejected: list[Rejection] = []
        for kind in KINDS:
            plans, rejections = judged(kind, drafts)
            survivors += plans
            rejected += rejections
        chosen = ranked(survivors, situation)
        return Offers(tuple(offer_of(one, situation) for one in chosen), tuple(rejected))


def judged(kind: PlanKind, drafts: Drafts) -> tuple[tuple[ValuedPlan, ...], tuple[Rejection, ...]]:
    """The plans of a kind that keep all rules; and why there is none, if there is none."""
    candidates = candidates_of(kind, drafts)
    if isinstance(candidates, Rejection):
        return (), (candidates,)
    survivors = []
    broken = []
    for candidate in candidates:
        outcome = judged_candidate(candidate, drafts.situation)
        if isinstance(outcome, ValuedPlan):
            survivors.append(outcome)
        else:
            broken.append(outcome)
    if survivors:
        return tuple(survivors), ()
    return (), rejections_of(kind, broken) or (Rejection(kind, "no-such-dates"),)


def judged_candidate(candidate: Candidate, situation: Situation) -> ValuedPlan | tuple[Breach, ...]:
    """The plan of a candidate with its value; or the rules it breaks, none if it has no schedule at all."""
    try:
        plan = plan_for(candidate, situation)
    except InvalidTerms:
        return ()
    breaches = breaches_of(plan, situation)
    if breaches:
        return breaches
    return ValuedPlan(plan, valued(plan, situation), candidate.kind in situation.hardship.preferred_kinds)


def offer_of(chosen: ValuedPlan, situation: Situation, *wishes: Reason) -> Offer:
    """The offer of a plan."""
    plan, valuation = chosen.plan, chosen.valuation
    return Offer(
        kind=plan.kind,
        agreement=plan.candidate.agreement,
        instalments=plan.instalments,
        total_cost_minor=plan.total_minor,
        lender_value_minor=valuation.lender_value_minor,
        burden=valuation.burden,
        reasons=reasons_for(chosen, situation, *wishes),
        policy_version=situation.policy.version,
        effective_on=situation.as_of,
        expires_on=situation.expires_on,
    )
