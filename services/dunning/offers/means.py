"""What a borrower can pay a month: from the income told, or else from what they were seen to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final, Literal, NamedTuple

from services.dunning.ladder.risk_bands import RiskBand
from services.dunning.offers.offer_policy import OfferPolicy, amount_in
from services.dunning.offers.position import InvalidPosition

_OBSERVED_MONTHS: Final = 12


class ObservedPayment(NamedTuple):
    """A payment of this borrower: `amount_minor` on a day, in minor units of the loan's currency."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BorrowerMeans:
    """What is known of a borrower. Amounts a month in minor units of the loan's currency.

    `other_obligations_monthly_minor` are instalments owed elsewhere. `observed_payments` count only while no income is
    told. `probability_of_default` (0 to 1) goes before `risk_band`. Creating impossible means raises InvalidPosition.
    """

    income_monthly_minor: int | None = None
    observed_payments: tuple[ObservedPayment, ...] = ()
    other_obligations_monthly_minor: int = 0
    number_of_dependants: int = 0
    probability_of_default: Decimal | None = None
    risk_band: RiskBand | None = None

    def __post_init__(self) -> None:
        for field in ("income_monthly_minor", "other_obligations_monthly_minor", "number_of_dependants"):
            value = getattr(self, field)
            if value is not None and value < 0:
                raise InvalidPosition(field, value, "must not be below zero")
        for index, payment in enumerate(self.observed_payments):
            if payment.amount_minor < 0:
                field = f"observed_payments[{index}].amount_minor"
                raise InvalidPosition(field, payment.amount_minor, "must not be below zero")
        probability = self.probability_of_default
        if probability is not None and not 0 <= probability <= 1:
            raise InvalidPosition("probability_of_default", probability, "must be from 0 to 1")


Basis = Literal["income", "observed-payments", "unknown"]


@dataclass(frozen=True, slots=True)
class Ability:
    """What the borrower can pay on this loan a month, by each rule, in minor units; never below zero.

    `by_share_minor` is what the affordability share leaves, `by_living_minor` what the living amount leaves. From
    observed payments both are the estimate; with nothing known both are None, and no rule is judged by them.
    """

    basis: Basis
    by_share_minor: int | None
    by_living_minor: int | None

    @property
    def monthly_minor(self) -> int | None:
        """The smaller of both; None if nothing is known."""
        if self.by_share_minor is None or self.by_living_minor is None:
            return None
        return min(self.by_share_minor, self.by_living_minor)


def ability_of(means: BorrowerMeans, policy: OfferPolicy, currency: str, as_of: date) -> Ability:
    """The ability of a borrower.

    Income told: `affordability_share_percent` of it less other obligations; and income less other obligations and the
    living amount. Otherwise the payments observed, as `usual_payment_minor` estimates.
    """
    if means.income_monthly_minor is not None:
        return _from_income(means, policy, currency, Decimal(means.income_monthly_minor))
    usual_minor = usual_payment_minor(means.observed_payments, as_of)
    return Ability("unknown" if usual_minor is None else "observed-payments", usual_minor, usual_minor)


def ability_in_hardship(
    means: BorrowerMeans, policy: OfferPolicy, currency: str, as_of: date, income_percent: Decimal
) -> Ability:
    """The ability while income is only so many percent of what was told; of observed payments that share."""
    if means.income_monthly_minor is not None:
        return _from_income(means, policy, currency, means.income_monthly_minor * income_percent / 100)
    usual = ability_of(means, policy, currency, as_of)
    if usual.monthly_minor is None:
        return usual
    share_minor = _floor(usual.monthly_minor * income_percent / 100)
    return Ability(usual.basis, share_minor, share_minor)


def living_amount_minor(means: BorrowerMeans, policy: OfferPolicy, currency: str) -> int:
    """What must stay for living each month."""
    least_minor = amount_in(policy.minimum_living_amount_minor, currency)
    dependants = means.number_of_dependants * policy.living_amount_per_dependant_percent
    return -_floor(-least_minor * (1 + dependants / 100))


def usual_payment_minor(payments: Sequence[ObservedPayment], as_of: date) -> int | None:
    """The lower quartile of what was paid a calendar month, over the last twelve before `as_of` with a payment.

    In three of four months in which the borrower paid at all, it was at least this. Months without a payment are no
    evidence of what can be paid in one with an instalment that fits; they count in the risk. Lower quartile: the value
    at rank ceil(n / 4) from below. None without a payment in that time.
    """
    this_month = _month(as_of)
    by_month: dict[int, int] = {}
    for on, amount_minor in payments:
        month = _month(on)
        if amount_minor and this_month - _OBSERVED_MONTHS <= month < this_month:
            by_month[month] = by_month.get(month, 0) + amount_minor
    if not by_month:
        return None
    sums = sorted(by_month.values())
    return sums[-(-len(sums) // 4) - 1]


def _from_income(means: BorrowerMeans, policy: OfferPolicy, currency: str, income: Decimal) -> Ability:
    others_minor = means.other_obligations_monthly_minor
    share_minor = _floor(income * policy.affordability_share_percent / 100) - others_minor
    free_minor = _floor(income) - others_minor - living_amount_minor(means, policy, currency)
    return Ability("income", max(0, share_minor), max(0, free_minor))


def _floor(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))


def _month(on: date) -> int:
    return on.year * 12 + on.month
