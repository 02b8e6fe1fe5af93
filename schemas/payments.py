"""Events that the lender's payment systems publish on `payments.events`."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.values import Currency, EventData, Identifier, PositiveAmountMinor

TOPIC = "payments.events"


class PaymentCaptured(EventData):
    """Money arrived for a loan; `value_date` is the day from which it counts."""

    event_type: ClassVar[str] = "amends.payments.payment-captured.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "payment_id"

    borrower_id: Identifier
    loan_id: Identifier
    payment_id: Identifier
    amount_minor: PositiveAmountMinor
    currency: Currency
    value_date: date


class PaymentReversed(EventData):
    """A captured payment was taken back (bounced, charged back, booked in error)."""

    event_type: ClassVar[str] = "amends.payments.payment-reversed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "payment_id"

    borrower_id: Identifier
    loan_id: Identifier
    payment_id: Identifier
    reversed_on: date
    reason: Annotated[str, Field(max_length=200)] = ""
