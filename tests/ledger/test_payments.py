"""Posting payments, and taking them back."""

from collections import Counter
from datetime import date

from services.ledger.account import Payment
from services.ledger.journal import AccountCode
from services.ledger.loan import Loan
from services.ledger.payments import Bookings, LoanHistory, post_payment, reverse_payment, rework_payment
from tests.ledger.loans import opened_loan


def payment(identity: str, amount_minor: int, on: date) -> Payment:
    return Payment(identity, amount_minor, "USD", on)


def balances(bookings: Bookings) -> Counter[AccountCode]:
    """Debits less credits by account."""
    totals: Counter[AccountCode] = Counter()
    for transaction in bookings.transactions:
        for posting in transaction.postings:
            totals[posting.debit] += posting.amount_minor
            totals[posting.credit] -= posting.amount_minor
    return Counter({account: amount for account, amount in totals.items() if amount})


def history_of(loan: Loan) -> LoanHistory:
    return LoanHistory(loan.account.open_instalments, [], {})


def kinds(bookings: Bookings) -> list[str]:
    return [event.event_type.split(".")[2] for event in bookings.emitted]


def test_a_payment_is_posted_and_told_with_the_next_sequence() -> None:
    loan, bookings = opened_loan(), Bookings()
    post_payment(loan, payment("P-1", 10_000, date(2018, 2, 10)), None, None, bookings)
    post_payment(loan, payment("P-2", 10_000, date(2018, 3, 10)), None, None, bookings)
    assert [event.sequence for event in bookings.emitted] == [1, 2]


def test_the_last_payment_settles_the_loan() -> None:
    loan, bookings = opened_loan(), Bookings()
    post_payment(loan, payment("P-1", 30_000, date(2018, 2, 10)), None, None, bookings)
    assert (kinds(bookings), loan.open_instalments) == (["payment-received", "loan-settled"], 0)


def test_what_is_paid_beyond_the_debt_becomes_the_borrowers_credit() -> None:
    loan, bookings = opened_loan(), Bookings()
    post_payment(loan, payment("P-1", 30_500, date(2018, 2, 10)), None, None, bookings)
    assert balances(bookings)[AccountCode.BORROWER_CREDIT] == -500


def test_a_reversal_leaves_no_trace_in_the_balances() -> None:
    loan, bookings = opened_loan(rate_percent="12"), Bookings()
    history = history_of(loan)
    rework_payment(loan, history, payment("P-1", 12_345, date(2018, 2, 10)), None, None, bookings)
    reverse_payment(loan, history, "P-1", date(2018, 2, 12), None, None, bookings)
    assert (balances(bookings), loan.account.principal_outstanding_minor) == (Counter(), 30_000)


def test_after_a_reversal_the_later_payment_pays_the_oldest_instalment() -> None:
    loan, bookings = opened_loan(), Bookings()
    history = history_of(loan)
    rework_payment(loan, history, payment("P-1", 10_000, date(2018, 2, 10)), None, None, bookings)
    rework_payment(loan, history, payment("P-2", 10_000, date(2018, 3, 10)), None, None, bookings)
    reverse_payment(loan, history, "P-1", date(2018, 3, 12), None, None, bookings)
    assert [i.paid_on for i in history.instalments] == [date(2018, 3, 10), None, None]


def test_a_backdated_payment_ends_as_if_it_had_come_in_time() -> None:
    in_time, late = opened_loan(rate_percent="12"), opened_loan(rate_percent="12")
    first, second = payment("P-1", 7_000, date(2018, 2, 10)), payment("P-2", 9_000, date(2018, 3, 10))
    histories = history_of(in_time), history_of(late)
    books = Bookings(), Bookings()
    for one in (first, second):
        rework_payment(in_time, histories[0], one, None, None, books[0])
    for one in (second, first):
        rework_payment(late, histories[1], one, None, None, books[1])
    assert histories[0].instalments == histories[1].instalments
    assert balances(books[0]) == balances(books[1])
