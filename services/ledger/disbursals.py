"""Opening loans: from terms to schedule and first booking, without I/O."""

from datetime import timedelta

from schemas.lending import LoanDisbursed
from services.ledger import journal
from services.ledger.account import LoanAccount, unpaid_instalments
from services.ledger.loan import Loan, Transaction, transaction
from services.ledger.schedule import LoanTerms, build_schedule
from services.ledger.store import NewLoan, terms_text

_SHORTEST_MONTH_DAYS = 28
_DAYS_OF_UNIT = {"days": 1, "weeks": 7, "months": _SHORTEST_MONTH_DAYS}


def open_loan(data: LoanDisbursed, announce_days: int) -> tuple[NewLoan, Transaction]:
    """The loan that a disbursal opens, and its booking. Raises InvalidTerms."""
    schedule = unpaid_instalments(build_schedule(terms_of(data)))
    account = LoanAccount(
        data.loan_id, data.borrower_id, data.currency, "active", data.principal_minor, 0, data.disbursed_on, 0, schedule
    )
    first = schedule[0]
    loan = Loan(
        account=account,
        disbursed_on=data.disbursed_on,
        number_of_instalments=len(schedule),
        arrears_tolerance_minor=data.arrears_tolerance_minor,
        instalment_minor=first.principal_minor + first.interest_minor,
        period_days=data.every_count * _DAYS_OF_UNIT[data.every_unit],
        open_instalments=len(schedule),
        oldest_unpaid_due_on=first.due_on,
        sequence=0,
        transactions=0,
    )
    booking = transaction(loan, "disbursal", data.loan_id, data.disbursed_on, journal.disbursal(data.principal_minor))
    new = NewLoan(
        loan=loan,
        terms_json=terms_text(data.model_dump(mode="json")),
        principal_minor=data.principal_minor,
        schedule=schedule,
        next_action_on=first.due_on - timedelta(days=announce_days),
    )
    return new, booking


def terms_of(data: LoanDisbursed) -> LoanTerms:
    """The terms of a disbursal, checked. Raises InvalidTerms."""
    return LoanTerms(
        principal_minor=data.principal_minor,
        currency=data.currency,
        annual_rate_percent=data.annual_rate_percent,
        method=data.method,
        number_of_instalments=data.number_of_instalments,
        every=(data.every_count, data.every_unit),
        day_count=data.day_count,
        disbursed_on=data.disbursed_on,
        first_due_on=data.first_due_on,
    )
