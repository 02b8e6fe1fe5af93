"""What a plan is worth to the lender, and how heavy it is for the borrower.

strain          the heaviest month as a share of what the borrower can pay in it: the larger of (largest instalment /
                ability) and (largest instalment due during the hardship / ability then); 0 to 2
pressure        (strain / 2) squared, 0 to 1: little while the heaviest month is light, much once it takes all
kept            (1 - probability of default) x (1 - strain_percent x pressure) x (1 - yearly_attrition / 12) ^ months;
                it falls with the instalment, with the length and with the risk, and rises with the income
lender's value  kept x present value of all instalments + (1 - kept) x present value of what is recovered without a plan
lender's loss   what is owed today - present value of all instalments: the plan is taken as kept here
burden          heaviest_month_percent x pressure + extra_cost_percent x what is paid beyond what was agreed / owed
                + length_percent x months to the end / months to the latest end allowed; each part 0 to 1
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.dunning.offers.plan import Plan
from services.dunning.offers.plan_dates import monthly_equivalent_minor, months_between
from services.dunning.offers.situation import Situation

_MOST_STRAIN: Final = Decimal(2)
_ONE: Final = Decimal(1)
_BURDEN_STEP: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Valuation:
    """`present_value_minor` of a plan that is kept, `kept` the probability of that, `lender_value_minor` what is
    expected, all in minor units; `burden` from 0 to 1, to four decimals."""

    present_value_minor: int
    kept: Decimal
    lender_value_minor: int
    strain: Decimal
    burden: Decimal


def valued(plan: Plan, situation: Situation) -> Valuation:
    """The valuation of a plan."""
    strain = strain_of(plan, situation)
    months = months_between(situation.as_of, plan.ends_on)
    kept = kept_probability(situation, strain, months)
    present_value = present_value_of(plan, situation)
    expected = kept * present_value + (1 - kept) * situation.value_without_plan_minor
    return Valuation(_whole(present_value), kept, _whole(expected), strain, burden_of(plan, situation, strain, months))


def strain_of(plan: Plan, situation: Situation) -> Decimal:
    """The heaviest month as a share of what the borrower can pay in it, from 0 to 2."""
    strain = _share(plan.heaviest_month_minor, situation.usual_ability_minor)
    ends_on = situation.hardship_ends_on
    early = [total for line, total in zip(plan.instalments, plan.totals_minor, strict=True) if line.due_on < ends_on]
    if not early:
        return strain
    early_minor = monthly_equivalent_minor(max(early), plan.every)
    return max(strain, _share(early_minor, situation.hardship_ability_minor))


def pressure_of(strain: Decimal) -> Decimal:
    """How much a strain weighs, from 0 to 1."""
    return (strain / _MOST_STRAIN) ** 2


def kept_probability(situation: Situation, strain: Decimal, months: int) -> Decimal:
    """How likely it is that the borrower keeps to a plan of so many months."""
    keeping = situation.policy.keeping
    by_strain = 1 - keeping.strain_percent / 100 * pressure_of(strain)
    by_length = (1 - keeping.yearly_attrition_percent / 1200) ** months
    return (1 - situation.probability_of_default) * by_strain * by_length


def present_value_of(plan: Plan, situation: Situation) -> Decimal:
    """What the instalments are worth today if all are paid, in minor units."""
    factor = situation.present_values.factor
    value = Decimal(0)
    for line, total_minor in zip(plan.instalments, plan.totals_minor, strict=True):
        value += total_minor * factor(line.due_on)
    return value


def burden_of(plan: Plan, situation: Situation, strain: Decimal, months: int) -> Decimal:
    """How heavy a plan is for the borrower, from 0 to 1."""
    weights = situation.policy.burden
    extra_minor = max(0, plan.total_minor - situation.position.total_as_agreed_minor)
    extra_cost = min(_ONE, Decimal(extra_minor) / situation.owed_minor)
    length = min(_ONE, Decimal(months) / max(1, situation.longest_months))
    weighed = (
        weights.heaviest_month_percent * pressure_of(strain)
        + weights.extra_cost_percent * extra_cost
        + weights.length_percent * length
    )
    return (weighed / 100).quantize(_BURDEN_STEP, ROUND_HALF_UP)


def _share(amount_minor: int, of_minor: int) -> Decimal:
    if not amount_minor:
        return Decimal(0)
    if amount_minor >= _MOST_STRAIN * of_minor:
        return _MOST_STRAIN
    return Decimal(amount_minor) / of_minor


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
