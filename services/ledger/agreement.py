"""What was agreed for one loan: its terms, and the rules of its product as figures, frozen at disbursal."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from services.ledger.allocation import DEFAULT_ORDER, AllocationOrder
from services.schedules.schedule import LoanTerms

EarlyRepayment = Literal["pay_ahead", "hold_as_credit", "reduce_term", "reduce_instalment"]
AllocationBy = Literal["instalment_first", "component_first"]
Ratio = tuple[int, int]
"""An exact rate: numerator and denominator. It is worked out once, since it is needed for every day and line."""


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """Penalty interest on what an instalment lacks, for each day past its due date.

    A day costs lacking x `annual_rate_percent` / 100 / `basis_days`; an instalment that lacks no more than
    `tolerance_minor` costs nothing. Paid within `grace_days` after the due date it costs nothing either; later the days
    count from the due date, or with `counts_from_grace` only from the end of grace.
    """

    annual_rate_percent: Decimal
    basis_days: Literal[360, 365] = 360
    on_interest: bool = False
    grace_days: int = 0
    counts_from_grace: bool = False
    tolerance_minor: int = 0
    daily_rate: Ratio = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "daily_rate", _daily_rate(self.annual_rate_percent, self.basis_days))


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """A fee once an instalment, when it lacks more than `tolerance_minor` so many days after its due date.

    `flat_minor`, or `percent` of what the instalment lacks of principal and interest, within minimum and maximum.
    """

    flat_minor: int = 0
    percent: Decimal = Decimal(0)
    minimum_minor: int = 0
    maximum_minor: int | None = None
    after_days: int = 0
    tolerance_minor: int = 0


@dataclass(frozen=True, slots=True)
class CostCap:
    """Interest, penalties and fees together may never exceed this rate on the principal outstanding, day by day."""

    annual_rate_percent: Decimal
    basis_days: int = 365
    daily_rate: Ratio = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "daily_rate", _daily_rate(self.annual_rate_percent, self.basis_days))


def _daily_rate(annual_rate_percent: Decimal, basis_days: int) -> Ratio:
    numerator, denominator = annual_rate_percent.as_integer_ratio()
    return numerator, denominator * 100 * basis_days


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that decides a loan's life besides its facts.

    `order_by_purpose` falls back to `order`. A loan that is `charge_off_after_days` past due is written off.
    """

    terms: LoanTerms
    order: AllocationOrder = DEFAULT_ORDER
    order_by_purpose: dict[str, AllocationOrder] = field(default_factory=dict)
    allocation_by: AllocationBy = "instalment_first"
    early_repayment: EarlyRepayment = "pay_ahead"
    penalty: PenaltyRule | None = None
    late_fee: LateFeeRule | None = None
    cost_cap: CostCap | None = None
    charge_off_after_days: int | None = None

    @property
    def punishes_lateness(self) -> bool:
        """Being late costs something, so that the day of a payment matters."""
        return self.penalty is not None or self.late_fee is not None

    def order_of(self, purpose: str) -> AllocationOrder:
        """The allocation order of one kind of transaction."""
        return self.order_by_purpose.get(purpose, self.order)
