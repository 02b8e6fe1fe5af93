"""Posting payments, and taking them back."""

from datetime import date

from services.ledger.account import Payment
from services.ledger.allocation import DEFAULT_ORDER
from services.ledger.journal import AccountCode
from services.ledger.payments import Bookings, post_payment
from tests.ledger.loans import FEBRUARY, MARCH, LedgerOfOneLoan, disbursed, opened_loan


def test_a_payment_is_posted_and_told_with_the_next_sequence() -> None:
    loan, bookings = opened_loan(), Bookings()
    for payment_id, on in (("P-1", FEBRUARY), ("P-2", MARCH)):
        post_payment(loan, Payment(payment_id, 10_000, "USD", on), None, None, bookings, DEFAULT_ORDER)
    assert [event.sequence for event in bookings.emitted] == [1, 2]


def test_the_last_payment_settles_the_loan() -> None:
    ledger = LedgerOfOneLoan(disbursed())
    ledger.pay("P-1", FEBRUARY, 30_000)
    assert (ledger.told, ledger.loan.open_instalments) == (["payment-received", "loan-settled"], 0)


def test_what_is_paid_beyond_the_debt_becomes_the_borrowers_credit() -> None:
    ledger = LedgerOfOneLoan(disbursed())
    ledger.pay("P-1", FEBRUARY, 30_500)
    assert ledger.balances()[AccountCode.BORROWER_CREDIT] == -500


def test_interest_paid_ahead_is_not_income_until_it_falls_due() -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"))
    ledger.pay("P-1", date(2018, 2, 1), 10_200)
    before = ledger.balances()
    ledger.close(FEBRUARY)
    after = ledger.balances()
    assert (before[AccountCode.UNEARNED_INTEREST], before[AccountCode.INTEREST_INCOME]) == (-300, 0)
    assert (after[AccountCode.UNEARNED_INTEREST], after[AccountCode.INTEREST_INCOME]) == (0, -300)


def test_a_reversal_leaves_no_trace_in_the_balances() -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"))
    before = ledger.balances()
    ledger.pay("P-1", date(2018, 2, 1), 12_345)
    ledger.reverse("P-1", date(2018, 2, 2))
    assert (ledger.balances(), ledger.loan.account.principal_outstanding_minor) == (before, 30_000)


def test_after_a_reversal_the_later_payment_pays_the_oldest_instalment() -> None:
    ledger = LedgerOfOneLoan(disbursed())
    ledger.pay("P-1", FEBRUARY, 10_000)
    ledger.pay("P-2", MARCH, 10_000)
    ledger.reverse("P-1", date(2018, 3, 12))
    assert [one.paid_on for one in ledger.instalments.values()] == [MARCH, None, None]


def test_a_payment_split_anew_is_told_again() -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"))
    ledger.pay("P-2", MARCH, 10_200)
    ledger.pay("P-1", FEBRUARY, 7_000)
    assert ledger.told == ["payment-received"] * 3


def test_a_backdated_payment_ends_as_if_it_had_come_in_time() -> None:
    in_time, late = LedgerOfOneLoan(disbursed(rate_percent="12")), LedgerOfOneLoan(disbursed(rate_percent="12"))
    first, second = ("P-1", FEBRUARY, 7_000), ("P-2", MARCH, 9_000)
    for payment in (first, second):
        in_time.pay(*payment, business_date=MARCH)
    for payment in (second, first):
        late.pay(*payment, business_date=MARCH)
    in_time.close(MARCH)
    late.close(MARCH)
    assert (in_time.instalments, in_time.balances()) == (late.instalments, late.balances())
