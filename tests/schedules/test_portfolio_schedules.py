"""Our schedule beside what a lender really charged."""

from amends.demo.portfolio import read_portfolio
from services.schedules.schedule import LoanTerms, build_schedule

_AGREED_MINOR = 1.5
_LOANS_THAT_AGREE = 9_997


def test_the_instalment_of_nearly_every_loan_is_the_one_that_lendingclub_charged() -> None:
    agreeing = 0
    for loan in read_portfolio():
        terms = LoanTerms(
            principal_minor=loan.principal_minor,
            currency=loan.currency,
            annual_rate_percent=loan.annual_rate_percent,
            method="equal_instalment",
            number_of_instalments=loan.term_months,
            every=(1, "months"),
            day_count="30/360",
            disbursed_on=loan.disbursed_on,
        )
        first = build_schedule(terms)[0]
        agreeing += abs(first.principal_minor + first.interest_minor - loan.installment_minor) <= _AGREED_MINOR
    assert agreeing >= _LOANS_THAT_AGREE
