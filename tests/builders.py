"""Builders: valid events and records by default, with what a test is about changed."""

from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, uuid5

from aiokafka import ConsumerRecord

from amends.publishing import Publication
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.payments import PaymentCaptured, PaymentReversed
from schemas.values import EventData
from services.eventing.envelope import wire_headers

DISBURSED_ON = date(2024, 1, 1)
CREATED = datetime(2024, 1, 1, tzinfo=UTC)


def borrower_registered(borrower_id: str = "borrower-1", *, phone: str | None = None) -> BorrowerRegistered:
    """A borrower who reads mail in English, and SMS too if there is a phone (E.164)."""
    email = f"{borrower_id}@example.com"
    return BorrowerRegistered(borrower_id=borrower_id, name="Ada Example", email=email, phone=phone)


def loan_disbursed(
    loan_id: str = "loan-1",
    *,
    borrower_id: str = "borrower-1",
    principal_minor: int = 120_000,
    number_of_instalments: int = 12,
    disbursed_on: date = DISBURSED_ON,
) -> LoanDisbursed:
    """A loan in EUR at 12 percent with monthly instalments."""
    return LoanDisbursed.model_validate_json(
        f'{{"borrower_id": "{borrower_id}", "loan_id": "{loan_id}", "principal_minor": {principal_minor},'
        f' "currency": "EUR", "annual_rate_percent": "12", "number_of_instalments": {number_of_instalments},'
        f' "disbursed_on": "{disbursed_on}"}}'
    )


def payment_captured(
    payment_id: str = "payment-1",
    *,
    loan: LoanDisbursed | None = None,
    amount_minor: int = 10_000,
    currency: str = "EUR",
    value_date: date = date(2024, 2, 1),
) -> PaymentCaptured:
    """A payment for a loan."""
    loan = loan or loan_disbursed()
    return PaymentCaptured(
        borrower_id=loan.borrower_id,
        loan_id=loan.loan_id,
        payment_id=payment_id,
        amount_minor=amount_minor,
        currency=currency,
        value_date=value_date,
    )


def payment_reversed(payment: PaymentCaptured, reversed_on: date = date(2024, 6, 1)) -> PaymentReversed:
    """The same payment, taken back."""
    return PaymentReversed(
        borrower_id=payment.borrower_id,
        loan_id=payment.loan_id,
        payment_id=payment.payment_id,
        reversed_on=reversed_on,
    )


def publication(data: EventData) -> Publication:
    """An event with an id that depends on its content only: told again, it is the same event."""
    return Publication(data, str(uuid5(NAMESPACE_URL, f"{data.event_type}|{data.subject}|{data.model_dump_json()}")))


def headers_of(data: EventData) -> list[tuple[str, bytes]]:
    """The Kafka headers that a publisher gives to an event."""
    return wire_headers(
        event_id=publication(data).event_id, event_type=data.event_type, source="/lender", subject=data.subject,
        time=CREATED, sequence=None, traceparent=None,
    )  # fmt: skip


def record(data: EventData, offset: int, partition: int = 0) -> ConsumerRecord:
    """An event as it comes from Kafka."""
    key, value = data.key.encode(), data.model_dump_json().encode()
    return ConsumerRecord(
        topic=data.topic, partition=partition, offset=offset, timestamp=int(CREATED.timestamp() * 1000),
        timestamp_type=0, key=key, value=value, checksum=None, serialized_key_size=len(key),
        serialized_value_size=len(value), headers=headers_of(data),
    )  # fmt: skip
