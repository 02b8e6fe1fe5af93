"""A selection of loans as SQL: parameters $1 to $4 of every query of figures, and the conditions that use them.

$1 is the date, $2 the currency, $3 the product, $4 the arm.
"""

from datetime import date

from services.dunning.figures.standing import Selection


def arguments(as_of: date, selection: Selection) -> tuple[object, ...]:
    """The values of $1 to $4."""
    return as_of, selection.currency, selection.product, selection.arm


def currency_is(currency: str) -> str:
    """That a currency is the one asked for."""
    return f"($2::text is null or {currency} = $2)"


def product_is(loan: str, on: str) -> str:
    """That the loan of row `loan` is of the product asked for, as the ledger had told by date `on`."""
    return f"""($3::text is null or $3 = (
        select of_loan.product from standing_record of_loan
        where of_loan.borrower_id = {loan}.borrower_id and of_loan.loan_id = {loan}.loan_id and of_loan.as_of <= {on}
        order by of_loan.as_of desc, of_loan.ledger_sequence desc limit 1))"""


def arm_is(borrower: str, on: str) -> str:
    """That the borrower of row `borrower` was in the arm asked for at the last evaluation by date `on`."""
    return f"""($4::text is null or $4 = (
        select of_case.arm from evaluation of_case
        where of_case.borrower_id = {borrower}.borrower_id and of_case.on_date <= {on}
        order by of_case.evaluation desc limit 1))"""
