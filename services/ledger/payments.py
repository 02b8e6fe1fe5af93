"""Posting payments that come in the order in which they count, one after the other, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from schemas import ledger as contract
from services.eventing.envelope import OutgoingEvent, outgoing, outgoing_json
from services.ledger import event_text, journal
from services.ledger.account import LoanInstalment, Payment, advance, apply_payment
from services.ledger.agreements import order_of
from services.ledger.allocation import Allocation, AllocationOrder, AllocationTotals
from services.ledger.facts import Fact
from services.ledger.loan import InstalmentChange, Key, Loan, Transaction, transaction
from services.ledger.product import Product


class PaymentRow(NamedTuple):
    """A payment as it is kept."""

    borrower_id: str
    payment_id: str
    loan_id: str
    amount_minor: int
    value_date: date
    status: str
    totals: AllocationTotals | Allocation
    purpose: str = "payment"


class FactRow(NamedTuple):
    """A fact besides payments as it is kept."""

    borrower_id: str
    loan_id: str
    fact: Fact
    recorded_by: str


@dataclass(slots=True)
class Bookings:
    """All that a batch writes. `instalments` have new paid amounts only; `reworked` may be new in any respect."""

    payments: list[PaymentRow] = field(default_factory=list)
    payment_changes: list[PaymentRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    undone_facts: list[tuple[str, str]] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    instalments: dict[tuple[str, str, int], InstalmentChange] = field(default_factory=dict)
    reworked: dict[tuple[str, str, int], InstalmentChange] = field(default_factory=dict)
    emitted: list[OutgoingEvent] = field(default_factory=list)

    def change(self, key: Key, instalments: Sequence[LoanInstalment]) -> None:
        """Note new paid amounts; the last note of an instalment counts."""
        for instalment in instalments:
            self.instalments[(*key, instalment.number)] = InstalmentChange(key, instalment)

    def rework(self, key: Key, instalments: Sequence[LoanInstalment]) -> None:
        """Note instalments that are new or new in any respect; the last note of an instalment counts."""
        for instalment in instalments:
            self.reworked[(*key, instalment.number)] = InstalmentChange(key, instalment)


@dataclass(frozen=True, slots=True)
class PostingRules:
    """What posting one payment after the other must know of a product."""

    order: AllocationOrder
    pays_ahead: bool
    punishes_lateness: bool
    instalment_first: bool

    @classmethod
    def of(cls, product: Product) -> "PostingRules":
        """The rules of a product."""
        return cls(
            order=order_of(product.allocation.payment),
            pays_ahead=product.early_repayment == "pay_ahead",
            punishes_lateness=product.penalty is not None or product.late_fee is not None,
            instalment_first=product.allocation.by == "instalment_first",
        )


def needs_history(loan: Loan, payments: Sequence[Payment], rules: PostingRules) -> bool:
    """Whether these payments (of one batch, in order) ask for the loan's whole life rather than its loaded window.

    They do when something else than payments has happened to the loan, or may happen by them: lateness costs something,
    interest was earned after the day a payment counts, or money beyond what is due does not simply pay ahead.
    """
    if not (loan.is_plain and rules.instalment_first):
        return True
    window = loan.account.open_instalments
    first, last = payments[0].value_date, payments[-1].value_date
    if any(line.is_earned and line.due_on > first for line in window):
        return True
    if rules.punishes_lateness and window and window[0].due_on < last:
        return True
    if rules.pays_ahead:
        return False
    due_minor = sum(line.outstanding_minor for line in window if line.due_on <= first)
    return sum(payment.amount_minor for payment in payments) > due_minor


def post_payment(
    loan: Loan,
    payment: Payment,
    business_date: date | None,
    trace: str | None,
    bookings: Bookings,
    order: AllocationOrder,
) -> None:
    """Post a payment that counts after those before it.

    Raises CurrencyMismatch, BackdatedPayment, WindowTooSmall; then nothing is noted.
    """
    as_of = business_date or payment.value_date
    applied = apply_payment(loan.account, payment, order, as_of, loan.more_open)
    allocation = applied.allocation
    before = len(loan.account.open_instalments)
    loan.account = advance(loan.account, payment, applied)
    loan.open_instalments -= before - len(loan.account.open_instalments)
    if loan.account.credit_minor:
        loan.is_plain = False
    bookings.change(loan.key, applied.changed)
    borrower_id, loan_id = loan.key
    bookings.payments.append(
        PaymentRow(
            borrower_id, payment.payment_id, loan_id, payment.amount_minor, payment.value_date, "posted", allocation
        )
    )
    bookings.transactions.append(
        transaction(loan, "payment", payment.payment_id, payment.value_date, journal.payment(allocation))
    )
    tell_received(loan, payment, allocation, as_of, trace, bookings)


def tell_received(
    loan: Loan, payment: Payment, allocation: Allocation, as_of: date, trace: str | None, bookings: Bookings
) -> None:
    """Tell of a posted payment and how the loan stands with it; and that the loan is settled, if it is."""
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
