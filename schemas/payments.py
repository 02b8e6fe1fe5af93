"""Events that the lender's payment systems publish on `payments.events`."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import Currency, EventData, Identifier, PositiveAmountMinor

TOPIC = "payments.events"


class PaymentEventData(EventData):
    """What every event about one payment carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "payment_id"

    borrower_id: Identifier
    payment_id: Identifier


class PaymentCaptured(PaymentEventData):
    """Money arrived; `value_date` is the day from which it counts.

    Without `loan_id` it is spread over the borrower's loans, the instalment that fell due first before all others.
    """

    event_type: ClassVar[str] = "amends.payments.payment-captured.v1"

    loan_id: Identifier | None = None
    amount_minor: PositiveAmountMinor
    currency: Currency
    value_date: date
    purpose: Annotated[
        Literal["payment", "prepayment", "payoff", "down_payment", "refund"],
        Field(description="payoff: the borrower ends the loan; refund: a merchant gives back part of the price"),
    ] = "payment"


class PaymentReversed(PaymentEventData):
    """A captured payment was taken back (bounced, booked in error): it counts as if it had never been made."""

    event_type: ClassVar[str] = "amends.payments.payment-reversed.v1"

    loan_id: Identifier | None = Field(default=None, description="as it was captured: null for a spread payment")
    reversed_on: date
    reason: Annotated[str, Field(max_length=200)] = ""


class PaymentChargedBack(PaymentEventData):
    """A bank took back all or part of a payment: what it had paid is owed again from `charged_back_on`."""

    event_type: ClassVar[str] = "amends.payments.payment-charged-back.v1"

    loan_id: Identifier
    chargeback_id: Identifier
    amount_minor: PositiveAmountMinor
    charged_back_on: date


class RefundPaid(EventData):
    """The lender paid (part of) a borrower's credit out to them."""

    event_type: ClassVar[str] = "amends.payments.refund-paid.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "refund_id"

    borrower_id: Identifier
    loan_id: Identifier
    refund_id: Identifier
    amount_minor: PositiveAmountMinor
    paid_on: date
