"""What happened to a loan after disbursal, as dated facts. A loan's state is a function of them; see `life`.

`on` is the day a fact counts. Facts of one day count in the order of their kinds, those of one kind by id, so that the
order of arrival never matters. A fact that was undone stays in the record, and counts as if it had never been.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeVar

from services.ledger.allocation import Component
from services.schedules.restructured import PrincipalPart, RestructureTerms, Treatment
from services.schedules.schedule import PeriodUnit

ChargeKind = Literal["penalty", "fee"]
PaymentPurpose = Literal["payment", "prepayment", "payoff", "down_payment", "refund"]
"""`prepayment`: money beyond what is due repays principal early where the product lets it; `payoff`: the borrower ends
the loan; `refund`: a merchant gives back part of the price, and it pays the loan."""


FactKey = tuple[Literal["payment", "other"], str]
"""Tells a loan's facts apart. Payments and other facts have ids of their own: a chargeback may have its payment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts; `fact_id` is unique among the loan's payments, or among its other facts."""

    fact_id: str
    on: date
    is_undone: bool = False

    @property
    def key(self) -> FactKey:
        """What tells it from all other facts of the loan."""
        return "other", self.fact_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Fact):
    """Money came from the borrower, or for them; `amount_minor` is above zero."""

    amount_minor: int
    purpose: PaymentPurpose = "payment"

    @property
    def key(self) -> FactKey:
        """What tells it from all other facts of the loan."""
        return "payment", self.fact_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack(Fact):
    """A bank took back `amount_minor` of a payment: what it had paid is owed again from `on`."""

    payment_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(Fact):
    """The lender paid `amount_minor` of the borrower's credit out to them."""

    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged(Fact):
    """A person or another system charged a penalty or a fee, payable on `due_on`. It counts from `on`."""

    kind: ChargeKind
    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(Fact):
    """The lender gives up what is owed of one component, oldest first; `amount_minor` None: all of it.

    With `instalment_number` only of that instalment.
    """

    component: Component
    amount_minor: int | None = None
    instalment_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateChanged(Fact):
    """An unpaid instalment, and all after it by as many days, fall due on another day."""

    instalment_number: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructured(Fact):
    """A new schedule was agreed for what is owed.

    All outstanding principal, due or not, is scheduled anew: over `number_of_instalments`, the first on `first_due_on`.
    A lower rate, a longer term, a payment holiday (a late first due date), arrears spread over the rest: all are cases
    of it. Outstanding interest (also what has accrued since the last due date), fees and penalties are each capitalised
    (added to principal), carried forward (spread over the new instalments, or the first `carry_over_instalments` of
    them, no interest on them) or waived. `settle_for_minor`: the borrower owes this instead of all; the rest is waived.

    The first `principal_grace_instalments` pay interest only. `principal_parts` say instead how much principal is due
    on which day, one part for each instalment; the last takes what differs from the principal to schedule.
    """

    number_of_instalments: int
    first_due_on: date
    annual_rate_percent: Decimal | None = None
    every: tuple[int, PeriodUnit] | None = None
    interest: Treatment = "carry_forward"
    fee: Treatment = "carry_forward"
    penalty: Treatment = "carry_forward"
    settle_for_minor: int | None = None
    carry_over_instalments: int | None = None
    principal_grace_instalments: int = 0
    principal_parts: tuple[PrincipalPart, ...] | None = None

    @property
    def agreement(self) -> RestructureTerms:
        """What was agreed. Raises InvalidTerms when its fields contradict each other."""
        return RestructureTerms(
            agreed_on=self.on,
            number_of_instalments=self.number_of_instalments,
            first_due_on=self.first_due_on,
            annual_rate_percent=self.annual_rate_percent,
            every=self.every,
            interest=self.interest,
            fee=self.fee,
            penalty=self.penalty,
            settle_for_minor=self.settle_for_minor,
            carry_over_instalments=self.carry_over_instalments,
            principal_grace_instalments=self.principal_grace_instalments,
            principal_parts=self.principal_parts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(Fact):
    """The lender gives the loan up for lost; what is paid later is a recovery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyDays(Fact):
    """Base of facts about the days on which penalties count; nothing happens to the loan on their own day.

    So they may concern days before disbursal or far ahead, and loans of any status; see `penalty_stops`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltiesStopped(PenaltyDays):
    """Penalty interest and late fees stand still from `on` to `to_on`, both included; None: until they are resumed."""

    to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltiesResumed(PenaltyDays):
    """A stop ends early: `on` is the first day that it does not hold; one resumed by its first day never held."""

    stop_id: str


SomeFact = TypeVar("SomeFact", bound=Fact)
_KINDS_IN_ORDER: Final = (
    PenaltiesStopped, PenaltiesResumed, Charged, Paid, ChargedBack, Waived, DueDateChanged, Restructured, Refunded,
    WrittenOff,
)  # fmt: skip


def undone(fact: SomeFact) -> SomeFact:
    """The same fact, which no longer counts."""
    return replace(fact, is_undone=True)


def counting_order(fact: Fact) -> tuple[date, int, str]:
    """Facts count by day, those of one day by kind (a charge before a payment), then by id."""
    return fact.on, _KINDS_IN_ORDER.index(type(fact)), fact.fact_id
