"""What is told to a credit register: one record a loan, in the fields of the Metro 2 format.

The fields and their codes follow the Credit Reporting Resource Guide of the Consumer Data Industry Association, from
secondary sources; other registers want the same facts in other columns. Names and addresses are not dunning's to know:
the lender's own system joins them by `borrower_id`. docs/credit-reports.md describes each field.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

ReportKind = Literal["report", "correction", "withdrawal"]

_STATUS_BY_DAYS: Final = ((180, "84"), (150, "83"), (120, "82"), (90, "80"), (60, "78"), (30, "71"))
_PROFILE_BY_DAYS: Final = ((180, "6"), (150, "5"), (120, "4"), (90, "3"), (60, "2"), (30, "1"))
CURRENT: Final = "11"
PAID: Final = "13"
CHARGED_OFF: Final = "97"
DELETED: Final = "DA"
PROFILE_MONTHS: Final = 24


@dataclass(frozen=True, slots=True)
class ReportedLoan:
    """A loan at the time of a report; amounts in minor units.

    `days_past_due_by_month` are those at the ends of the months before, newest first; None before the loan began.
    """

    borrower_id: str
    loan_id: str
    report_id: str
    kind: ReportKind
    reported_on: date
    currency: str
    opened_on: date | None
    original_principal_minor: int | None
    number_of_instalments: int | None
    frequency: str | None
    scheduled_instalment_minor: int
    principal_outstanding_minor: int
    overdue_minor: int
    days_past_due: int
    first_overdue_on: date | None
    last_paid_on: date | None
    settled: bool
    written_off: bool
    is_disputed: bool
    is_restructured: bool
    days_past_due_by_month: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """One record of the file. Dates are ISO 8601, amounts whole minor units; empty where not known."""

    borrower_id: str
    consumer_account_number: str
    report_id: str
    kind: ReportKind
    portfolio_type: str
    date_opened: date | None
    highest_credit_minor: int | None
    terms_duration: int | None
    terms_frequency: str | None
    scheduled_monthly_payment_minor: int
    account_status: str
    payment_history_profile: str
    compliance_condition_code: str
    special_comment: str
    current_balance_minor: int
    amount_past_due_minor: int
    currency: str
    date_of_account_information: date
    date_of_first_delinquency: date | None
    date_of_last_payment: date | None


def credit_record(loan: ReportedLoan) -> CreditRecord:
    """The record of a loan.

    `compliance_condition_code` XB: the borrower disputes the debt. `special_comment` CN: the terms were changed by
    agreement in a hardship.
    """
    return CreditRecord(
        borrower_id=loan.borrower_id,
        consumer_account_number=loan.loan_id,
        report_id=loan.report_id,
        kind=loan.kind,
        portfolio_type="I",
        date_opened=loan.opened_on,
        highest_credit_minor=loan.original_principal_minor,
        terms_duration=loan.number_of_instalments,
        terms_frequency=loan.frequency,
        scheduled_monthly_payment_minor=loan.scheduled_instalment_minor,
        account_status=_status(loan),
        payment_history_profile=_profile(loan.days_past_due_by_month),
        compliance_condition_code="XB" if loan.is_disputed else "",
        special_comment="CN" if loan.is_restructured else "",
        current_balance_minor=0 if loan.settled else loan.principal_outstanding_minor,
        amount_past_due_minor=loan.overdue_minor,
        currency=loan.currency,
        date_of_account_information=loan.reported_on,
        date_of_first_delinquency=loan.first_overdue_on if loan.overdue_minor else None,
        date_of_last_payment=loan.last_paid_on,
    )


def _status(loan: ReportedLoan) -> str:
    if loan.kind == "withdrawal":
        return DELETED
    if loan.settled:
        return PAID
    if loan.written_off:
        return CHARGED_OFF
    if not loan.overdue_minor:
        return CURRENT
    return _code(loan.days_past_due, _STATUS_BY_DAYS, CURRENT)


def _profile(days_by_month: tuple[int | None, ...]) -> str:
    """Twenty-four months, newest first: 0 current, 1 to 6 by thirty days past due, B before the loan began."""
    known = ["B" if days is None else _code(days, _PROFILE_BY_DAYS, "0") for days in days_by_month[:PROFILE_MONTHS]]
    return "".join(known).ljust(PROFILE_MONTHS, "B")


def _code(days: int, table: tuple[tuple[int, str], ...], below: str) -> str:
    return next((code for least, code in table if days >= least), below)
