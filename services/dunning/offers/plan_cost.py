"""What a plan costs a year from today on, by the actuarial method of `services.schedules.annual_cost`.

The amount financed is the principal that the plan schedules; against it stand the plan's principal and the interest
that it adds. Interest, fees and penalties carried forward are debts of today that bear no interest: they are no cost of
the plan, and let no higher rate through either. A plan adds no fees.
"""

from dataclasses import replace
from decimal import Decimal

from services.dunning.offers.plan import Plan
from services.dunning.offers.situation import Situation
from services.schedules.given_schedule import given_plan
from services.schedules.restructured import restructured_terms
from services.schedules.schedule import plan_of


def costs_within(plan: Plan, situation: Situation, cap_percent: Decimal) -> bool:
    """Whether a plan costs no more a year than the cap, but for the rounding of each instalment.

    Over each period of the plan the balance grows at the cap, by the loan's own day count (ACT/360 as ACT/365, so that
    it costs 365/360 of its rate); if the payments are worth more today than the principal, they cost more than the cap.
    """
    terms = situation.position.terms
    if terms.day_count == "ACT/360":
        terms = replace(terms, day_count="ACT/365")
    financed_minor = sum(line.principal_minor for line in plan.instalments)
    at_cap = replace(plan.candidate.agreement, annual_rate_percent=cap_percent)
    new_terms = restructured_terms(financed_minor, terms, at_cap)
    is_given = at_cap.principal_parts is not None
    grown = given_plan(new_terms, [line.due_on for line in plan.instalments]) if is_given else plan_of(new_terms)
    value = Decimal(0)
    for weight, line in zip(reversed(grown.weights), reversed(plan.instalments), strict=True):
        paid_minor = line.principal_minor + line.interest_minor - line.carried_interest_minor
        value = (value + paid_minor) * grown.weight_of_one / (grown.weight_of_one + weight)
    return value <= financed_minor + len(plan.instalments)
