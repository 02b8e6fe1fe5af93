"""Events that the lender's payment systems publish on `payments.events`."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.values import Currency, EventData, Identifier, PositiveAmountMinor

TOPIC = "payments.events"


class PaymentEventData(EventData):
    """What every event about one payment carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "payment_id"

    borrower_id: Identifier
    loan_id: Identifier
    payment_id: Identifier


class PaymentCaptured(PaymentEventData):
    """Money arrived for a loan; `value_date` is the day from which it counts."""

    event_type: ClassVar[str] = "amends.payments.payment-captured.v1"

    amount_minor: PositiveAmountMinor
    currency: Currency
    value_date: date


class PaymentReversed(PaymentEventData):
    """A captured payment was taken back (bounced, charged back, booked in error)."""

    event_type: ClassVar[str] = "amends.payments.payment-reversed.v1"

    reversed_on: date
    reason: Annotated[str, Field(max_length=200)] = ""
