"""Builders of loans for tests of the ledger's decisions."""

from datetime import date
from decimal import Decimal

from schemas.lending import LoanDisbursed
from services.ledger.disbursals import open_loan
from services.ledger.loan import Loan


def opened_loan(
    *, instalments: int = 3, rate_percent: str = "0", principal_minor: int = 30_000, tolerance_minor: int = 0
) -> Loan:
    """A loan disbursed on 10 January 2018, first due on 10 February."""
    data = LoanDisbursed(
        borrower_id="B-1",
        loan_id="L-1",
        principal_minor=principal_minor,
        currency="USD",
        annual_rate_percent=Decimal(rate_percent),
        number_of_instalments=instalments,
        disbursed_on=date(2018, 1, 10),
        arrears_tolerance_minor=tolerance_minor,
    )
    return open_loan(data, announce_days=3)[0].loan
