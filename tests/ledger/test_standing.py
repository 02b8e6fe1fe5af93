"""How a loan stands on a date."""

from datetime import date

from services.ledger.account import Payment
from services.ledger.allocation import DEFAULT_ORDER
from services.ledger.facts import WrittenOff
from services.ledger.payments import Bookings, post_payment
from tests.ledger.loans import FEBRUARY, LedgerOfOneLoan, disbursed, opened_loan


def test_on_its_due_date_an_instalment_is_next_and_not_overdue() -> None:
    standing = opened_loan().standing(date(2018, 2, 10))
    assert (standing.next_due_on, standing.overdue.principal_minor) == (date(2018, 2, 10), 0)


def test_the_day_after_it_is_overdue_and_the_following_one_is_next() -> None:
    standing = opened_loan().standing(date(2018, 2, 11))
    assert (standing.oldest_unpaid_due_on, standing.next_due_on) == (date(2018, 2, 10), date(2018, 3, 10))
    assert standing.overdue.principal_minor == 10_000


def test_a_loan_given_up_for_lost_stands_as_written_off() -> None:
    ledger = LedgerOfOneLoan(disbursed())
    assert not ledger.loan.standing(FEBRUARY).written_off
    ledger.record(WrittenOff(fact_id="W", on=FEBRUARY))
    assert ledger.loan.standing(FEBRUARY).told().written_off


def test_a_rest_within_the_tolerance_counts_as_paid() -> None:
    loan = opened_loan(tolerance_minor=100)
    post_payment(loan, Payment("P-1", 9_900, "USD", date(2018, 2, 1)), None, None, Bookings(), DEFAULT_ORDER)
    standing = loan.standing(date(2018, 2, 11))
    assert (standing.overdue.principal_minor, standing.oldest_unpaid_due_on) == (0, date(2018, 3, 10))


def test_the_rest_is_owed_again_once_another_instalment_is_past_due() -> None:
    loan = opened_loan(tolerance_minor=100)
    post_payment(loan, Payment("P-1", 9_900, "USD", date(2018, 2, 1)), None, None, Bookings(), DEFAULT_ORDER)
    standing = loan.standing(date(2018, 3, 11))
    assert (standing.overdue.principal_minor, standing.oldest_unpaid_due_on) == (10_100, date(2018, 3, 10))


def test_after_a_partial_payment_the_rest_is_overdue_by_component() -> None:
    loan = opened_loan(rate_percent="12")
    first, second = loan.account.open_instalments[:2]
    post_payment(loan, Payment("P-1", 350, "USD", FEBRUARY), None, None, Bookings(), DEFAULT_ORDER)
    overdue = loan.standing(date(2018, 3, 11)).overdue
    assert overdue.interest_minor == first.interest_minor + second.interest_minor - 300
    assert overdue.principal_minor == first.principal_minor + second.principal_minor - 50
