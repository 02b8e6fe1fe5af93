"""The offer policy as data: a versioned YAML document of rules, grids and weights, refused with source, line and path.

docs/offers.md explains every field for those who write such documents.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from schemas.dunning import Treatment
from schemas.offers import PlanKind
from schemas.values import AmountMinor
from services.dunning.offers.plan_grids import (
    KINDS,
    Percent,
    PlanGrids,
    PolicyPart,
    decimal_of_text,
    some_and_different,
)
from services.schedules.money import MINOR_DIGITS
from services.yaml_documents import ExactDecimal, broken_rule, parse_document

ReliefReason = Literal["illness", "job-loss", "disaster", "family", "none"]

Rate = Annotated[ExactDecimal, BeforeValidator(decimal_of_text), Field(ge=0, le=1000)]
Days = Annotated[int, Field(ge=0, le=3650)]
KindList = Annotated[tuple[PlanKind, ...], Field(strict=False)]


ANY_CURRENCY: Final = "any"


def _one_figure_for_any(amounts: object) -> object:
    return {ANY_CURRENCY: amounts} if type(amounts) is int else amounts


def _known_currencies(amounts: dict[str, int]) -> dict[str, int]:
    for currency in amounts:
        if currency not in MINOR_DIGITS and currency != ANY_CURRENCY:
            raise broken_rule("is no known currency", (currency,))
    return amounts


def _different_kinds(kinds: tuple[PlanKind, ...]) -> tuple[PlanKind, ...]:
    return some_and_different(kinds) if kinds else kinds


AmountByCurrency = Annotated[
    dict[str, AmountMinor], BeforeValidator(_one_figure_for_any), AfterValidator(_known_currencies)
]
"""Minor units by currency; `any`, or one figure instead of all, holds for currencies left out, which else have 0."""


class Recovery(PolicyPart):
    """What is recovered without a plan, at least `from_days_past_due` late: a share, after so many months."""

    from_days_past_due: Days
    percent: Percent
    months: Annotated[int, Field(ge=0, le=120)]


class RiskBandPercents(PolicyPart):
    """Probability of default, in percent, of a borrower of whom only the risk band is known, or not even that."""

    low: Percent = Decimal(7)
    medium: Percent = Decimal(22)
    high: Percent = Decimal(42)
    very_high: Annotated[Percent, Field(alias="very-high")] = Decimal(70)
    unknown: Percent = Decimal(25)


class Keeping(PolicyPart):
    """How the probability that a plan is kept falls with the strain of its heaviest month, and with its length."""

    strain_percent: Percent = Decimal(80)
    yearly_attrition_percent: Percent = Decimal(10)


class BurdenWeights(PolicyPart):
    """What weighs how much, in percent, in the burden of a plan; together 100."""

    heaviest_month_percent: Percent = Decimal(60)
    extra_cost_percent: Percent = Decimal(20)
    length_percent: Percent = Decimal(20)

    @model_validator(mode="after")
    def _sum_to_all(self) -> Self:
        total = self.heaviest_month_percent + self.extra_cost_percent + self.length_percent
        if total != 100:
            raise broken_rule(f"the weights must sum to 100, not {total}")
        return self


class Hardship(PolicyPart):
    """What a relief reason lets expect: for so many months income is so low; and the kinds of plan that help then."""

    months: Annotated[int, Field(ge=0, le=60)] = 0
    income_percent: Percent = Decimal(100)
    preferred_kinds: Annotated[KindList, AfterValidator(_different_kinds)] = ()


class Hardships(PolicyPart):
    """By relief reason, `none` for a borrower without one."""

    illness: Hardship = Hardship()
    job_loss: Annotated[Hardship, Field(alias="job-loss")] = Hardship()
    disaster: Hardship = Hardship()
    family: Hardship = Hardship()
    none: Hardship = Hardship()

    def of(self, reason: ReliefReason) -> Hardship:
        """What holds for a reason."""
        found: Hardship = getattr(self, reason.replace("-", "_"))
        return found


class OfferPolicy(PolicyPart):
    """Rules that every plan keeps, the grid of plans considered, and how those that keep the rules are ranked.

    Rules: `affordability_share_percent` of income may go into instalments of all debts; `minimum_living_amount_minor`
    a month (and `living_amount_per_dependant_percent` of it for each dependant) stays for living. The annual cost of a
    plan stays within `cost_cap_percent`, its end within `maximum_term_months` of disbursal and
    `maximum_extension_months` of the end agreed before, the lender's loss in present value at `discount_rate_percent`
    within `loss_limit_percent` of what is owed. The largest instalment is at least `minimum_instalment_minor`.
    """

    version: Annotated[str, Field(min_length=1, max_length=64)]
    affordability_share_percent: Percent
    minimum_living_amount_minor: AmountByCurrency
    living_amount_per_dependant_percent: Percent = Decimal(50)
    cost_cap_percent: Rate | None = None
    maximum_term_months: Annotated[int, Field(ge=1, le=600)]
    maximum_extension_months: Annotated[int, Field(ge=0, le=600)]
    loss_limit_percent: Percent
    discount_rate_percent: Rate
    minimum_instalment_minor: AmountByCurrency = Field(default_factory=dict)
    minimum_days_to_first_due: Annotated[int, Field(ge=1, le=120)] = 15
    expiry_days: Annotated[int, Field(ge=1, le=119)] = 14
    number_of_offers: Annotated[int, Field(ge=1, le=3)] = 3
    lender_weight_percent: Percent = Decimal(50)
    preference_percent: Percent = Decimal(15)
    penalty_treatment: Treatment = "carry_forward"
    allowed_kinds: Annotated[KindList, AfterValidator(some_and_different)] = KINDS
    grids: PlanGrids = PlanGrids()
    recovery: Annotated[tuple[Recovery, ...], Field(strict=False)]
    probability_of_default: RiskBandPercents = RiskBandPercents()
    keeping: Keeping = Keeping()
    burden: BurdenWeights = BurdenWeights()
    hardships: Hardships = Hardships()

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if self.expiry_days >= self.minimum_days_to_first_due:
            days = self.minimum_days_to_first_due
            raise broken_rule(f"must be below minimum_days_to_first_due, {days}", ("expiry_days",))
        if not self.recovery or self.recovery[0].from_days_past_due != 0:
            raise broken_rule("must begin with from_days_past_due 0", ("recovery",))
        for index, (one, following) in enumerate(zip(self.recovery, self.recovery[1:], strict=False), start=1):
            if following.from_days_past_due <= one.from_days_past_due:
                raise broken_rule("must ascend", ("recovery", index, "from_days_past_due"))
        return self

    def recovery_at(self, days_past_due: int) -> Recovery:
        """What is recovered without a plan."""
        return next(one for one in reversed(self.recovery) if one.from_days_past_due <= days_past_due)


def amount_in(amounts: Mapping[str, int], currency: str) -> int:
    """An amount of the policy for loans of one currency, in minor units."""
    return amounts.get(currency, amounts.get(ANY_CURRENCY, 0))


DEFAULT_SOURCE: Final = "default.yaml"


def parse_offer_policy(text: str, source_name: str) -> OfferPolicy:
    """The policy in YAML `text`; `source_name` (a file name) is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, OfferPolicy)


def default_policy_text() -> str:
    """The YAML of the policy that is shipped."""
    folder = resources.files("services.dunning.offers") / "policies"
    return (folder / DEFAULT_SOURCE).read_text(encoding="utf-8")


@cache
def default_offer_policy() -> OfferPolicy:
    """The policy that is shipped."""
    return parse_offer_policy(default_policy_text(), DEFAULT_SOURCE)


def with_overrides(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with what `overrides` says: objects are merged key by key, anything else is replaced."""
    merged = dict(values)
    for key, value in overrides.items():
        earlier = merged.get(key)
        if isinstance(earlier, Mapping) and isinstance(value, Mapping):
            value = with_overrides(earlier, value)
        merged[key] = value
    return merged
