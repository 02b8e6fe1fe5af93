"""The portfolio as events: what a lender's systems would have published, month by month."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from amends.demo.portfolio import ImpliedPayment, PortfolioLoan
from amends.publishing import Publication
from schemas.calendar import BusinessDateOpened
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.payments import PaymentCaptured
from schemas.values import EventData

# The file's borrowers often lack a few dollars of their first instalment (its first period was charged otherwise):
# an instalment lacking no more than this share counts as paid.
ARREARS_TOLERANCE_PERCENT = 15


def events_between(loans: Sequence[PortfolioLoan], after: date, until: date) -> Iterator[Publication]:
    """Loans disbursed and payments made after one date up to another: borrowers first, then loans, then payments."""
    opened = [loan for loan in loans if after < loan.disbursed_on <= until]
    for loan in opened:
        yield _published(_borrower(loan), loan.borrower_id)
    for loan in opened:
        yield _published(_disbursal(loan), loan.loan_id)
    payments = [
        (payment.paid_on, payment.payment_id, payment.amount_minor, loan, _purpose(loan, payment))
        for loan in loans
        for payment in loan.payments
        if after < payment.paid_on <= until
    ]
    for paid_on, payment_id, amount_minor, loan, purpose in sorted(payments, key=lambda one: one[:2]):
        data = PaymentCaptured(
            borrower_id=loan.borrower_id,
            loan_id=loan.loan_id,
            payment_id=payment_id,
            amount_minor=amount_minor,
            currency=loan.currency,
            value_date=paid_on,
            purpose=purpose,
        )
        yield _published(data, payment_id)


def _purpose(loan: PortfolioLoan, payment: ImpliedPayment) -> Literal["payment", "payoff"]:
    """The last payment of a loan that the file calls fully paid ends it early."""
    return "payoff" if loan.loan_status == "Fully Paid" and payment is loan.payments[-1] else "payment"


def date_opened(day: date) -> Publication:
    """The opening of a business date."""
    return _published(BusinessDateOpened(business_date=day), day.isoformat())


def _borrower(loan: PortfolioLoan) -> BorrowerRegistered:
    borrower = loan.borrower
    return BorrowerRegistered(
        borrower_id=borrower.borrower_id,
        name=borrower.name,
        email=borrower.email,
        phone=borrower.phone,
        language=borrower.language,
        time_zone=borrower.time_zone,
        identity_ending=borrower.identity_ending,
    )


def _disbursal(loan: PortfolioLoan) -> LoanDisbursed:
    return LoanDisbursed(
        borrower_id=loan.borrower_id,
        loan_id=loan.loan_id,
        principal_minor=loan.principal_minor,
        currency=loan.currency,
        annual_rate_percent=loan.annual_rate_percent,
        number_of_instalments=loan.term_months,
        disbursed_on=loan.disbursed_on,
        arrears_tolerance_minor=loan.installment_minor * ARREARS_TOLERANCE_PERCENT // 100,
    )


def _published(data: EventData, fact: str) -> Publication:
    """The same fact has the same id however often it is published."""
    return Publication(data, str(uuid5(NAMESPACE_URL, f"{data.event_type}/{fact}")), source="/lender/portfolio")
