"""The card book as events: what the card's systems would have published, in the order in which they must be told."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from amends.demo.cards import CURRENCY, STATEMENT_DAYS, CardCustomer, CardPayment, MinimumPayment
from amends.publishing import Publication
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.payments import PaymentCaptured
from schemas.values import EventData


def registrations(customers: Sequence[CardCustomer]) -> Iterator[Publication]:
    """Every customer; a name is invented, and there is no way to reach one."""
    for customer in customers:
        data = BorrowerRegistered(
            borrower_id=customer.borrower_id, name=f"Customer {customer.borrower_id}", language="zh-CN",
            time_zone="Asia/Taipei",
        )  # fmt: skip
        yield _published(data, customer.borrower_id)


def statements_of(customers: Sequence[CardCustomer], on: date) -> Iterator[Publication]:
    """The minimum payments that statements of `on` ask for; with the first ones the arrears of the months before."""
    for customer in customers:
        for one in customer.minimum_payments:
            if one.stated_on == on or (one.stated_on < on == STATEMENT_DAYS[0]):
                yield _published(_loan(customer, one), one.loan_id)


def payments_of(customers: Sequence[CardCustomer], on: date) -> Iterator[Publication]:
    """The payments made on a day."""
    for customer in customers:
        for payment in customer.payments:
            if payment.paid_on == on:
                yield _published(_payment(customer, payment), payment.payment_id)


def _loan(customer: CardCustomer, one: MinimumPayment) -> LoanDisbursed:
    return LoanDisbursed(
        borrower_id=customer.borrower_id,
        loan_id=one.loan_id,
        principal_minor=one.amount_minor,
        currency=CURRENCY,
        annual_rate_percent=Decimal(0),
        number_of_instalments=1,
        disbursed_on=one.stated_on,
        first_due_on=one.due_on,
    )


def _payment(customer: CardCustomer, payment: CardPayment) -> PaymentCaptured:
    return PaymentCaptured(
        borrower_id=customer.borrower_id,
        payment_id=payment.payment_id,
        amount_minor=payment.amount_minor,
        currency=CURRENCY,
        value_date=payment.paid_on,
    )


def _published(data: EventData, fact: str) -> Publication:
    """The same fact has the same id however often it is published."""
    return Publication(data, str(uuid5(NAMESPACE_URL, f"{data.event_type}/{fact}")), source="/cards")
