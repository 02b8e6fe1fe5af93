"""Events of the ledger on `ledger.events`. Each carries the loan's whole standing: the newest one suffices."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import (
    AmountMinor,
    ComponentAmounts,
    Currency,
    EventData,
    Identifier,
    LoanStanding,
    PositiveAmountMinor,
    Value,
)

TOPIC = "ledger.events"


class LedgerEventData(EventData):
    """What every event about one loan carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "loan_id"

    borrower_id: Identifier
    loan_id: Identifier
    currency: Currency
    standing: LoanStanding


class InstalmentAllocation(ComponentAmounts):
    """What one payment paid of one instalment."""

    instalment_number: Annotated[int, Field(ge=1)]


class PaymentAllocation(ComponentAmounts):
    """How one payment splits: over components, over instalments, and what was left."""

    unallocated_minor: AmountMinor
    instalments: tuple[InstalmentAllocation, ...]


class RepaymentDue(LedgerEventData):
    """An instalment falls due in `days_ahead` days (0: on `business_date` itself); `amounts` is what it still lacks."""

    event_type: ClassVar[str] = "amends.ledger.repayment-due.v1"

    instalment_number: Annotated[int, Field(ge=1)]
    due_on: date
    days_ahead: Annotated[int, Field(ge=0)]
    amounts: ComponentAmounts
    business_date: date


class PaymentReceived(LedgerEventData):
    """A payment is posted, with its allocation."""

    event_type: ClassVar[str] = "amends.ledger.payment-received.v1"

    payment_id: Identifier
    amount_minor: PositiveAmountMinor
    value_date: date
    allocation: PaymentAllocation


class PaymentReversed(LedgerEventData):
    """A posted payment was taken back; `standing` is how the loan stands without it."""

    event_type: ClassVar[str] = "amends.ledger.payment-reversed.v1"

    payment_id: Identifier
    amount_minor: PositiveAmountMinor
    reversed_on: date


class PaymentChargedBack(LedgerEventData):
    """A bank took back all or part of a payment; what it had paid is owed again."""

    event_type: ClassVar[str] = "amends.ledger.payment-charged-back.v1"

    payment_id: Identifier
    chargeback_id: Identifier
    amount_minor: PositiveAmountMinor
    charged_back_on: date


class ChargePosted(LedgerEventData):
    """A fee or a penalty was charged; `capped_minor` of it lies above the total cost cap and was not charged."""

    event_type: ClassVar[str] = "amends.ledger.charge-posted.v1"

    charge_id: Identifier
    kind: Literal["penalty", "fee"]
    instalment_number: Annotated[int, Field(ge=1)]
    amount_minor: AmountMinor
    capped_minor: AmountMinor
    due_on: date


class ChargeWaived(LedgerEventData):
    """The lender gave up part of what is owed."""

    event_type: ClassVar[str] = "amends.ledger.charge-waived.v1"

    waiver_id: Identifier
    component: Literal["penalty", "fee", "interest", "principal"]
    amount_minor: AmountMinor
    waived_on: date


class ScheduledInstalment(Value):
    """One instalment of a schedule."""

    instalment_number: Annotated[int, Field(ge=1)]
    due_on: date
    amounts: ComponentAmounts


class LoanRestructured(LedgerEventData):
    """The loan has a new schedule: these instalments, and nothing else, are owed from now on."""

    event_type: ClassVar[str] = "amends.ledger.loan-restructured.v1"

    restructuring_id: Identifier
    restructured_on: date
    instalments: tuple[ScheduledInstalment, ...]


class LoanWrittenOff(LedgerEventData):
    """The lender gave the loan up for lost; what is paid from now on is a recovery."""

    event_type: ClassVar[str] = "amends.ledger.loan-written-off.v1"

    written_off_on: date
    amount_minor: AmountMinor


class StandingChanged(LedgerEventData):
    """The loan stands differently for a reason that has no event of its own."""

    event_type: ClassVar[str] = "amends.ledger.standing-changed.v1"

    reason: Literal[
        "penalty-accrued", "refund-paid", "due-date-changed", "restructuring-undone", "write-off-undone",
        "charge-undone", "waiver-undone",
    ]  # fmt: skip
    business_date: date


class InstalmentOverdue(LedgerEventData):
    """An instalment's due date passed on `business_date` without full payment."""

    event_type: ClassVar[str] = "amends.ledger.instalment-overdue.v1"

    instalment_number: Annotated[int, Field(ge=1)]
    due_on: date
    amounts: ComponentAmounts
    days_past_due: Annotated[int, Field(ge=1)]
    business_date: date


class LoanSettled(LedgerEventData):
    """Every instalment is paid."""

    event_type: ClassVar[str] = "amends.ledger.loan-settled.v1"

    settled_on: date


class BusinessDateCompleted(EventData):
    """The ledger has emitted all that `business_date` makes due; sent to every partition."""

    event_type: ClassVar[str] = "amends.ledger.business-date-completed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "calendar_id"
    key_field: ClassVar[str] = "calendar_id"

    calendar_id: Identifier = "default"
    business_date: date
