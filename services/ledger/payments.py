"""Posting payments and taking them back: from loans and facts to bookings, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from schemas import ledger as contract
from services.eventing.envelope import OutgoingEvent, outgoing, outgoing_json
from services.ledger import event_text, journal
from services.ledger.account import (
    LoanInstalment,
    Payment,
    RecordedPayment,
    advance,
    apply_payment,
    replay,
)
from services.ledger.allocation import DEFAULT_ORDER, Allocation, AllocationTotals
from services.ledger.loan import InstalmentChange, Key, Loan, Transaction, transaction


class PaymentRow(NamedTuple):
    """A payment as it is kept."""

    borrower_id: str
    payment_id: str
    loan_id: str
    amount_minor: int
    value_date: date
    status: str
    totals: AllocationTotals | Allocation


@dataclass(slots=True)
class Bookings:
    """All that a batch writes."""

    payments: list[PaymentRow] = field(default_factory=list)
    payment_changes: list[PaymentRow] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    instalments: dict[tuple[str, str, int], InstalmentChange] = field(default_factory=dict)
    emitted: list[OutgoingEvent] = field(default_factory=list)

    def change(self, key: Key, instalments: Sequence[LoanInstalment]) -> None:
        """Note new paid amounts; the last note of an instalment counts."""
        for instalment in instalments:
            self.instalments[(*key, instalment.number)] = InstalmentChange(key, instalment)


@dataclass(slots=True)
class LoanHistory:
    """All instalments and payments of a loan, for what can't be booked at the end of its history."""

    instalments: tuple[LoanInstalment, ...]
    payments: list[RecordedPayment]
    booked: dict[str, AllocationTotals]


def post_payment(
    loan: Loan, payment: Payment, business_date: date | None, trace: str | None, bookings: Bookings
) -> None:
    """Post a payment that counts no earlier than those before it.

    Raises CurrencyMismatch, BackdatedPayment, WindowTooSmall; then nothing is noted.
    """
    as_of = business_date or payment.value_date
    applied = apply_payment(loan.account, payment, DEFAULT_ORDER, as_of, loan.more_open)
    allocation = applied.allocation
    before = len(loan.account.open_instalments)
    loan.account = advance(loan.account, payment, applied)
    loan.open_instalments -= before - len(loan.account.open_instalments)
    bookings.change(loan.key, applied.changed)
    _book_new(loan, payment, allocation, journal.payment(allocation), bookings)
    _emit_received(loan, payment, allocation, as_of, trace, bookings)


def rework_payment(
    loan: Loan, history: LoanHistory, payment: Payment, business_date: date | None, trace: str | None,
    bookings: Bookings,
) -> None:  # fmt: skip
    """Post a payment anywhere in the loan's history: replay it, and book the differences of the later ones."""
    history.payments.append(RecordedPayment(payment, sequence=len(history.payments)))
    replayed, differences = _rework(loan, history, bookings)
    allocation = replayed[payment.payment_id]
    history.booked[payment.payment_id] = allocation.totals
    _book_new(loan, payment, allocation, (*journal.payment(allocation), *differences), bookings)
    _emit_received(loan, payment, allocation, business_date or payment.value_date, trace, bookings)


def reverse_payment(
    loan: Loan, history: LoanHistory, payment_id: str, reversed_on: date, business_date: date | None,
    trace: str | None, bookings: Bookings,
) -> None:  # fmt: skip
    """Take a posted payment back: reverse its postings, and book what the remaining payments pay instead."""
    index, recorded = next(
        (i, one) for i, one in enumerate(history.payments) if one.payment.payment_id == payment_id
    )  # fmt: skip
    history.payments[index] = replace(recorded, is_reversed=True)
    booked = history.booked.pop(payment_id)
    _, differences = _rework(loan, history, bookings)
    payment = recorded.payment
    postings = (*journal.reversal(journal.payment(booked)), *differences)
    bookings.transactions.append(transaction(loan, "payment-reversed", payment_id, reversed_on, postings))
    bookings.payment_changes.append(_row(loan, payment, "reversed", booked))
    as_of = business_date or reversed_on
    data = contract.PaymentReversed(
        borrower_id=loan.account.borrower_id,
        loan_id=loan.account.loan_id,
        currency=loan.account.currency,
        standing=loan.standing(as_of).told(),
        payment_id=payment_id,
        amount_minor=payment.amount_minor,
        reversed_on=reversed_on,
    )
    bookings.emitted.append(outgoing(data, loan.next_sequence(), traceparent=trace))


def _rework(loan: Loan, history: LoanHistory, bookings: Bookings) -> tuple[dict[str, Allocation], journal.Postings]:
    """Replay the history, move loan and history to the result, and return allocations and the postings between."""
    result = replay(history.instalments, history.payments, DEFAULT_ORDER)
    was = {instalment.number: instalment for instalment in history.instalments}
    bookings.change(loan.key, [i for i in result.instalments if i != was[i.number]])
    history.instalments = result.instalments
    by_id = {one.payment.payment_id: one.payment for one in history.payments}
    differences: list[journal.Posting] = []
    for payment_id, allocation in result.allocations.items():
        booked = history.booked.get(payment_id)
        if booked is None or booked == allocation.totals:
            continue
        differences += journal.difference(booked, allocation.totals)
        history.booked[payment_id] = allocation.totals
        bookings.payment_changes.append(_row(loan, by_id[payment_id], "posted", allocation.totals))
    unpaid = tuple(i for i in result.instalments if i.outstanding_minor)
    loan.open_instalments = len(unpaid)
    loan.account = loan.account._replace(
        status="settled" if result.settled else "active",
        principal_outstanding_minor=result.principal_outstanding_minor,
        credit_minor=result.credit_minor,
        last_value_date=result.last_value_date or loan.disbursed_on,
        open_instalments=unpaid,
    )
    return result.allocations, tuple(differences)


def _book_new(
    loan: Loan, payment: Payment, allocation: Allocation, postings: journal.Postings, bookings: Bookings
) -> None:
    bookings.payments.append(_row(loan, payment, "posted", allocation))
    bookings.transactions.append(transaction(loan, "payment", payment.payment_id, payment.value_date, postings))


def _row(loan: Loan, payment: Payment, status: str, totals: AllocationTotals | Allocation) -> PaymentRow:
    borrower_id, loan_id = loan.key
    return PaymentRow(
        borrower_id, payment.payment_id, loan_id, payment.amount_minor, payment.value_date, status, totals
    )


def _emit_received(
    loan: Loan, payment: Payment, allocation: Allocation, as_of: date, trace: str | None, bookings: Bookings
) -> None:
    standing = loan.standing(as_of)
    loan.oldest_unpaid_due_on = standing.oldest_unpaid_due_on
    borrower_id, loan_id = loan.key
    value = event_text.payment_received(borrower_id, loan_id, loan.account.currency, standing, payment, allocation)
    bookings.emitted.append(
        outgoing_json(contract.PaymentReceived, borrower_id, loan_id, value, loan.next_sequence(), trace)
    )
    if standing.settled:
        settled = contract.LoanSettled(
            borrower_id=borrower_id, loan_id=loan_id, currency=loan.account.currency, standing=standing.told(),
            settled_on=payment.value_date,
        )  # fmt: skip
        bookings.emitted.append(outgoing(settled, loan.next_sequence(), traceparent=trace))
