"""Events of the ledger on `ledger.events`. Each carries the loan's whole standing: the newest one suffices."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.values import (
    AmountMinor,
    ComponentAmounts,
    Currency,
    EventData,
    Identifier,
    LoanStanding,
    PositiveAmountMinor,
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
