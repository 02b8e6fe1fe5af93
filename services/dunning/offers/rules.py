"""The rules that a plan must keep to be offered, and what is said of kinds of plans of which none keeps them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from schemas.offers import PlanKind
from services.dunning.offers.plan import Plan
from services.dunning.offers.plan_cost import costs_within
from services.dunning.offers.plan_dates import months_between
from services.dunning.offers.situation import Situation
from services.dunning.offers.valuation import present_value_of

RuleId = Literal[
    "affordability-share",
    "minimum-living-amount",
    "observed-payments",
    "cost-cap",
    "maximum-term",
    "maximum-extension",
    "loss-limit",
    "minimum-instalment",
    "wished-instalment",
    "wished-due-day",
    "kind-not-allowed",
    "nothing-overdue",
    "no-penalty",
    "no-interest",
    "no-such-dates",
]  # fmt: skip
Unit = Literal["minor", "percent", "months"]

SENTENCES: Final[dict[RuleId, str]] = {
    "affordability-share": "Instalments of all debts stay within a share of income.",
    "minimum-living-amount": "What is needed for living stays each month.",
    "observed-payments": "While no income is told, an instalment is at most what was usually paid a month.",
    "cost-cap": "The plan costs no more a year than the cap allows.",
    "maximum-term": "The loan ends within the longest term.",
    "maximum-extension": "The loan ends no later than the longest extension allows.",
    "loss-limit": "The lender gives up no more in present value than the limit.",
    "minimum-instalment": "The largest instalment is not too small to handle.",
    "wished-instalment": "No instalment is above the one that the borrower wishes.",
    "wished-due-day": "A day of the month can be wished for where instalments are months apart.",
    "kind-not-allowed": "The policy offers plans of this kind.",
    "nothing-overdue": "Arrears can be spread only if there are some.",
    "no-penalty": "Penalties can be waived only if some are owed.",
    "no-interest": "A rate can be lowered only if there is one.",
    "no-such-dates": "The loan's schedule rules have due dates for the plan.",
}
"""Each rule in words."""


@dataclass(frozen=True, slots=True)
class Breach:
    """By how much a plan breaks a rule: `found` where `limit` is the most (or the least) allowed."""

    rule: RuleId
    limit: int | Decimal
    found: int | Decimal
    unit: Unit

    @property
    def distance(self) -> Decimal:
        """How far the plan is from keeping the rule."""
        return abs(Decimal(self.found) - self.limit)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why no plan of a kind is offered: a rule that plans of it broke; `nearest` is the least breach of it.

    None where the rule rules out the kind as such, without figures.
    """

    kind: PlanKind
    rule: RuleId
    nearest: Breach | None = None

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return SENTENCES[self.rule]


Check = Callable[[Plan, Situation], Breach | None]


def breaches_of(plan: Plan, situation: Situation) -> tuple[Breach, ...]:
    """All rules that a plan breaks, in the order of `CHECKS`."""
    found = (check(plan, situation) for check in CHECKS)
    return tuple([breach for breach in found if breach is not None])


def rejections_of(kind: PlanKind, broken: Sequence[tuple[Breach, ...]]) -> tuple[Rejection, ...]:
    """One rejection for each rule that candidates of a kind without survivors broke, with the least breach of it."""
    nearest: dict[RuleId, Breach] = {}
    for breaches in broken:
        for breach in breaches:
            earlier = nearest.get(breach.rule)
            if earlier is None or breach.distance < earlier.distance:
                nearest[breach.rule] = breach
    return tuple([Rejection(kind, rule, nearest[rule]) for rule in SENTENCES if rule in nearest])


def affordability_share(plan: Plan, situation: Situation) -> Breach | None:
    """Instalments of all debts together within `affordability_share_percent` of the income told."""
    ability = situation.ability
    if ability.basis != "income":
        return None
    return _at_most("affordability-share", ability.by_share_minor, plan.heaviest_month_minor)


def minimum_living_amount(plan: Plan, situation: Situation) -> Breach | None:
    """Income less all instalments leaves `minimum_living_amount_minor`."""
    ability = situation.ability
    if ability.basis != "income":
        return None
    return _at_most("minimum-living-amount", ability.by_living_minor, plan.heaviest_month_minor)


def observed_payments(plan: Plan, situation: Situation) -> Breach | None:
    """An instalment within what the borrower usually paid a month, where that is all that is known."""
    ability = situation.ability
    if ability.basis != "observed-payments":
        return None
    return _at_most("observed-payments", ability.monthly_minor, plan.heaviest_month_minor)


def cost_cap(plan: Plan, situation: Situation) -> Breach | None:
    """The annual cost from today on within `cost_cap_percent`; `found` is the plan's rate, which costs too much."""
    cap_percent = situation.policy.cost_cap_percent
    if cap_percent is None or costs_within(plan, situation, cap_percent):
        return None
    rate = plan.candidate.agreement.annual_rate_percent
    found = situation.position.terms.annual_rate_percent if rate is None else rate
    return Breach("cost-cap", cap_percent, found, "percent")


def maximum_term(plan: Plan, situation: Situation) -> Breach | None:
    """From disbursal to the end within `maximum_term_months`."""
    months = months_between(situation.position.terms.disbursed_on, plan.ends_on)
    limit = situation.policy.maximum_term_months
    return None if months <= limit else Breach("maximum-term", limit, months, "months")


def maximum_extension(plan: Plan, situation: Situation) -> Breach | None:
    """From the end agreed before (today, if that is past) within `maximum_extension_months`."""
    months = months_between(situation.position.ends_on, plan.ends_on)
    limit = situation.policy.maximum_extension_months
    return None if months <= limit else Breach("maximum-extension", limit, months, "months")


def loss_limit(plan: Plan, situation: Situation) -> Breach | None:
    """What is owed less the plan's present value within `loss_limit_percent` of what is owed."""
    loss = situation.owed_minor - present_value_of(plan, situation)
    limit = situation.policy.loss_limit_percent
    if loss * 100 <= limit * situation.owed_minor:
        return None
    found = (loss * 100 / situation.owed_minor).quantize(Decimal("0.01"))
    return Breach("loss-limit", limit, found, "percent")


def minimum_instalment(plan: Plan, situation: Situation) -> Breach | None:
    """The largest instalment at least `minimum_instalment_minor`, or all that is owed."""
    limit = situation.minimum_instalment_minor
    found = plan.largest_minor
    return None if found >= limit else Breach("minimum-instalment", limit, found, "minor")


CHECKS: Final[tuple[Check, ...]] = (
    affordability_share,
    minimum_living_amount,
    observed_payments,
    cost_cap,
    maximum_term,
    maximum_extension,
    loss_limit,
    minimum_instalment,
)
"""Every rule that a plan's figures can break."""


def _at_most(rule: RuleId, limit_minor: int | None, found_minor: int) -> Breach | None:
    if limit_minor is None or found_minor <= limit_minor:
        return None
    return Breach(rule, limit_minor, found_minor, "minor")
