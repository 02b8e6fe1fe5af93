"""What a product says beyond the schedule: the order of allocation, what lateness costs, and the cap on all cost."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.values import AmountMinor
from services.ledger.allocation import COMPONENTS, Component
from services.schedules.loan_prime_rate import lpr_on
from services.yaml_documents import ExactDecimal, broken_rule

TransactionKind = Literal["payment", "refund", "chargeback", "down_payment"]
RatePercent = Annotated[ExactDecimal, Field(ge=0, le=1000)]
Multiple = Annotated[ExactDecimal, Field(gt=0, le=100)]
Days = Annotated[int, Field(ge=0, le=3650)]


class ProductPart(BaseModel):
    """Base of everything in a product document: immutable, unknown keys and wrong types refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ComponentOrder(ProductPart):
    """Which component is paid first, of what is `due` (or past due) and of what is paid `in_advance`."""

    due: Annotated[tuple[Component, ...], Field(strict=False)] = COMPONENTS
    in_advance: Annotated[tuple[Component, ...], Field(strict=False)] = COMPONENTS

    @field_validator("due", "in_advance")
    @classmethod
    def _names_each_component_once(cls, components: tuple[Component, ...]) -> tuple[Component, ...]:
        if sorted(components) != sorted(COMPONENTS):
            raise broken_rule(f"must name each of {', '.join(COMPONENTS)} once")
        return components


class AllocationRules(ProductPart):
    """How money splits.

    `instalment_first` pays the oldest instalment whole before the next; `component_first` pays one component of all
    instalments due before the next component. A kind of transaction without an order of its own is a payment.
    """

    by: Literal["instalment_first", "component_first"] = "instalment_first"
    payment: ComponentOrder = ComponentOrder()
    refund: ComponentOrder | None = None
    chargeback: ComponentOrder | None = None
    down_payment: ComponentOrder | None = None

    def order_of(self, kind: TransactionKind) -> ComponentOrder:
        """The order for one kind of transaction."""
        own: ComponentOrder | None = getattr(self, kind)
        return self.payment if own is None else own


class PenaltyRules(ProductPart):
    """Penalty interest on what an instalment lacks of `base`: lacking x rate / 100 / `day_count_days` for each day.

    The rate is one of its own or a multiple of the contract's. Days count from the day after the due date, or only from
    the end of `grace_days`; an instalment paid within grace costs nothing either way, nor does one that lacks no more
    than `small_balance_tolerance_minor`.
    """

    base: Literal["principal", "principal_and_interest"]
    annual_rate_percent: RatePercent | None = None
    multiple_of_contract_rate: Multiple | None = None
    day_count_days: Literal[360, 365] = 360
    counts_from: Annotated[Literal["day_after_due", "after_grace"], Field(alias="from")] = "day_after_due"
    grace_days: Days = 0
    small_balance_tolerance_minor: AmountMinor = 0

    @model_validator(mode="after")
    def _has_one_rate(self) -> Self:
        if (self.annual_rate_percent is None) == (self.multiple_of_contract_rate is None):
            raise broken_rule("must have either annual_rate_percent or multiple_of_contract_rate")
        return self

    def annual_rate_percent_for(self, contract_rate_percent: Decimal) -> Decimal:
        """The penalty rate of a loan with this contract rate."""
        if self.annual_rate_percent is not None:
            return self.annual_rate_percent
        assert self.multiple_of_contract_rate is not None
        return contract_rate_percent * self.multiple_of_contract_rate


class LateFeeRules(ProductPart):
    """A fee, once an instalment, when it is overdue for more than `after_days`: flat, or percent of what it lacks."""

    flat_minor: AmountMinor | None = None
    percent_of_overdue: Annotated[ExactDecimal, Field(gt=0, le=100)] | None = None
    minimum_minor: AmountMinor = 0
    maximum_minor: AmountMinor | None = None
    after_days: Days = 0

    @model_validator(mode="after")
    def _has_one_amount_within_bounds(self) -> Self:
        if (self.flat_minor is None) == (self.percent_of_overdue is None):
            raise broken_rule("must have either flat_minor or percent_of_overdue")
        if self.maximum_minor is not None and self.maximum_minor < self.minimum_minor:
            raise broken_rule("must not be below minimum_minor", ("maximum_minor",))
        return self


class CostCap(ProductPart):
    """Interest, penalties and fees together never exceed this rate: a fixed one, or a multiple of the one-year loan
    prime rate (LPR) in force on the day of disbursal. A year of the cap has `day_base` days.
    """

    annual_rate_percent: RatePercent | None = None
    multiple_of_lpr: Multiple | None = None
    day_base: Literal[360, 365] = 365

    @model_validator(mode="after")
    def _has_one_rate(self) -> Self:
        if (self.annual_rate_percent is None) == (self.multiple_of_lpr is None):
            raise broken_rule("must have either annual_rate_percent or multiple_of_lpr")
        return self

    def annual_rate_percent_on(self, disbursed_on: date) -> Decimal:
        """The cap of a loan disbursed on this day, in percent a year. Raises NoLoanPrimeRate."""
        if self.annual_rate_percent is not None:
            return self.annual_rate_percent
        assert self.multiple_of_lpr is not None
        return lpr_on(disbursed_on) * self.multiple_of_lpr
