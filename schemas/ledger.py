"""Events of the ledger on `ledger.events`. Each carries the loan's whole standing: the newest one suffices."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from schemas.values import (
    DECIMAL_SCHEMA,
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


class ScheduleTerms(Value):
    """All that a schedule follows from: with these terms `services.schedules` gives the ledger's very instalments.

    Each field means what it means in a disbursal, or in a product's `schedule`; all are given, also those that the
    disbursal left to the product. `every_count` `every_unit` is the length of a period.
    """

    principal_minor: PositiveAmountMinor
    currency: Currency
    annual_rate_percent: Annotated[Decimal, Field(ge=0, le=1000), WithJsonSchema(DECIMAL_SCHEMA)]
    method: Literal["equal_instalment", "equal_principal", "interest_only", "bullet", "flat"]
    number_of_instalments: Annotated[int, Field(ge=1)]
    every_count: Annotated[int, Field(ge=1)]
    every_unit: Literal["days", "weeks", "months"]
    day_count: Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"]
    disbursed_on: date
    first_due_on: date | None = None
    due_day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None
    minimum_days_to_first_due: Annotated[int, Field(ge=1)] = 1
    keeps_month_end: bool = False
    country: str | None = None
    subdivision: str | None = None
    non_working_days: Literal["leave", "before", "after", "after_in_month"] = "leave"
    interest_on_adjusted_dates: bool = False
    principal_grace_instalments: Annotated[int, Field(ge=0)] = 0
    interest_grace_instalments: Annotated[int, Field(ge=0)] = 0
    interest_grace: Literal["deferred", "free"] = "deferred"
    rounding_mode: Literal["half_up", "half_even", "up", "down"] = "half_up"
    rounding_unit_minor: PositiveAmountMinor = 1
    balloon_minor: AmountMinor = 0
    down_payment_minor: AmountMinor = 0


class LoanOpened(LedgerEventData):
    """The money is paid out and the loan open: its first event. `standing` is that on the day of disbursal.

    `product` is the one that the disbursal named, null if none. `maturity_on` is the last due date.
    """

    event_type: ClassVar[str] = "amends.ledger.loan-opened.v1"

    product: str | None
    terms: ScheduleTerms
    maturity_on: date


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
    """The loan has a new schedule: these instalments, and nothing else, are owed from now on.

    `terms` are those of the new schedule, which began on `terms.disbursed_on`. Where principal parts were agreed, only
    their rate, day count and rounding say anything: due dates and principal are those of the instalments.
    """

    event_type: ClassVar[str] = "amends.ledger.loan-restructured.v1"

    restructuring_id: Identifier
    restructured_on: date
    instalments: tuple[ScheduledInstalment, ...]
    terms: ScheduleTerms | None = None


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
        "charge-undone", "waiver-undone", "penalties-stopped", "penalties-resumed",
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
