"""The statement of account says what the borrower owes after each transaction."""

from datetime import date

from hypothesis import given

from services.ledger.booked import BookedTransaction
from services.ledger.journal import AccountCode, Posting
from services.ledger.loan_statement import Owed, change_of, statement
from tests.books.transactions import TRANSACTIONS, booked

DISBURSAL = booked(
    Posting(AccountCode.PRINCIPAL_RECEIVABLE, AccountCode.CASH, 100_000), number=1, value_date=date(2024, 1, 1)
)
INTEREST = booked(
    Posting(AccountCode.INTEREST_RECEIVABLE, AccountCode.INTEREST_INCOME, 1_000), number=3, value_date=date(2024, 2, 1)
)
OVERPAID = booked(
    Posting(AccountCode.CASH, AccountCode.INTEREST_RECEIVABLE, 1_000),
    Posting(AccountCode.CASH, AccountCode.PRINCIPAL_RECEIVABLE, 100_000),
    Posting(AccountCode.CASH, AccountCode.BORROWER_CREDIT, 50),
    number=4,
    value_date=date(2024, 2, 1),
)


def test_lines_follow_the_value_date_and_then_the_order_of_recording() -> None:
    lines = statement([OVERPAID, INTEREST, DISBURSAL])
    assert [line.transaction.number for line in lines] == [1, 3, 4]
    assert [line.balance.total_minor for line in lines] == [100_000, 101_000, -50]


def test_what_a_borrower_paid_too_much_is_their_credit() -> None:
    *_, last = statement([DISBURSAL, INTEREST, OVERPAID])
    assert last.balance == Owed(credit_minor=50)
    assert last.change == Owed(principal_minor=-100_000, interest_minor=-1_000, credit_minor=50)


def test_interest_paid_in_advance_is_held_until_it_falls_due() -> None:
    paid = Posting(AccountCode.CASH, AccountCode.UNEARNED_INTEREST, 300)
    earned = Posting(AccountCode.UNEARNED_INTEREST, AccountCode.INTEREST_INCOME, 300)
    assert change_of((paid,)) == Owed(interest_in_advance_minor=300)
    assert change_of((paid, earned)) == Owed()


def test_what_is_written_off_is_no_longer_owed() -> None:
    assert change_of((Posting(AccountCode.WRITE_OFF, AccountCode.PRINCIPAL_RECEIVABLE, 70),)).total_minor == -70


@given(TRANSACTIONS)
def test_changes_add_up_to_the_last_balance(transactions: list[BookedTransaction]) -> None:
    lines = statement(transactions)
    total = Owed()
    for line in lines:
        total = total.plus(line.change)
        assert line.balance == total
