"""What is kept of a loan, compared with what its facts tell when they are replayed from nothing. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from services.ledger.entries import Cause, Entry, net
from services.ledger.facts import Paid
from services.ledger.journal import AccountCode
from services.ledger.life import Life
from services.ledger.rework import (
    LoanBook,
    booked_through,
    is_plain_life,
    kept_instalments,
    live_book,
    nothing_of,
    wanted_entries,
)

Balances = Counter[tuple[str, AccountCode]]
"""Debits less credits in minor units, by currency and account."""


class JournalShape(NamedTuple):
    """A loan's part of the journal: its transactions, the highest number, those without postings, the currencies."""

    transactions: int
    highest_number: int
    without_postings: int
    currencies: tuple[str, ...]


class Difference(NamedTuple):
    """Something kept (`booked`) that is not as it must be (`right`); None where there is nothing."""

    borrower_id: str
    loan_id: str
    what: str
    booked: object
    right: object


class Found(NamedTuple):
    """What is wrong with a loan, and the balances that are right."""

    differences: list[Difference]
    balances: Balances


def verify_loan(book: LoanBook, shape: JournalShape | None, business_date: date | None) -> Found:
    """Replay a loan and compare all that is kept of it. `business_date` is the one open, if any."""
    loan = book.loan
    through = booked_through(loan.calendar_through, book.facts.values())
    life = live_book(book, through, book.facts.values())
    wanted = wanted_entries(life, loan.calendar_through)
    found = [
        *_journal_differences(book, wanted),
        *_shape_differences(book, shape or JournalShape(0, 0, 0, ())),
        *_instalment_differences(book, life),
        *_payment_differences(book, life),
        *_loan_differences(book, life),
    ]
    balances = balances_of(wanted, loan.account.currency)
    # Last, as it lets the life run on, and what is wanted with it.
    found += _unpaid_differences(book, life, max(through, business_date or through))
    return Found([Difference(*loan.key, what, booked, right) for what, booked, right in found], balances)


def balances_of(entries: Mapping[Cause, Entry], currency: str) -> Balances:
    """What bookings add up to."""
    balances: Balances = Counter()
    for entry in entries.values():
        for (debit, credit), amount_minor in entry.amounts.items():
            balances[currency, debit] += amount_minor
            balances[currency, credit] -= amount_minor
    return balances


def balance_differences(booked: Balances, right: Balances) -> list[Difference]:
    """Accounts that do not hold what all loans together call for, and currencies that do not balance."""
    differences = [
        Difference("", "", f"balance of {side[1].label} in {side[0]}", booked[side], right[side])
        for side in sorted({*booked, *right})
        if booked[side] != right[side]
    ]
    for name in sorted({currency for currency, _ in booked}):
        sum_minor = sum(amount for (currency, _), amount in booked.items() if currency == name)
        if sum_minor:
            differences.append(Difference("", "", f"sum over all accounts in {name}", sum_minor, 0))
    return differences


_What = tuple[str, object, object]


def _journal_differences(book: LoanBook, wanted: Mapping[Cause, Entry]) -> Iterator[_What]:
    for cause in [*wanted, *(cause for cause in book.booked if cause not in wanted)]:
        booked = net(book.booked.amounts(cause))
        right = net(wanted[cause].amounts) if cause in wanted else {}
        if booked != right:
            yield f"journal {cause.kind} {cause.about}", _net_text(booked), _net_text(right)


def _net_text(amounts: Mapping[AccountCode, int]) -> str:
    """Debits less credits of each account."""
    return ", ".join(f"{account.label} {amount_minor}" for account, amount_minor in sorted(amounts.items()))


def _shape_differences(book: LoanBook, shape: JournalShape) -> Iterator[_What]:
    loan = book.loan
    yield from _different("transactions", loan.transactions, shape.transactions)
    yield from _different("highest transaction number", shape.highest_number, shape.transactions)
    yield from _different("transactions without postings", shape.without_postings, 0)
    yield from _different("currencies of postings", shape.currencies, (loan.account.currency,))


def _instalment_differences(book: LoanBook, life: Life) -> Iterator[_What]:
    right = kept_instalments(life, book.loan.calendar_through)
    for number in sorted({*book.instalments, *right}):
        kept = book.instalments.get(number)
        if kept is None:
            yield f"instalment {number}", None, right[number]._asdict()
            continue
        wanted = right.get(number) or nothing_of(kept)
        if kept == wanted:
            continue
        for field, booked, value in zip(kept._fields, kept, wanted, strict=True):
            yield from _different(f"instalment {number} {field}", booked, value)


def _payment_differences(book: LoanBook, life: Life) -> Iterator[_What]:
    for (_, payment_id), fact in sorted(book.facts.items()):
        if not isinstance(fact, Paid) or fact.is_undone:
            continue
        booked, allocation = book.allocations[payment_id], life.allocations[payment_id]
        for component in ("penalty", "fee", "interest", "principal", "unallocated"):
            field = f"{component}_minor"
            yield from _different(f"payment {payment_id} {field}", getattr(booked, field), getattr(allocation, field))


def _loan_differences(book: LoanBook, life: Life) -> Iterator[_What]:
    account = book.loan.account
    yield from _different("loan status", account.status, life.status)
    yield from _different(
        "loan principal_outstanding_minor", account.principal_outstanding_minor, life.principal_outstanding_minor
    )
    yield from _different("loan credit_minor", account.credit_minor, life.credit_minor)
    yield from _different("loan last_value_date", account.last_value_date, life.last_fact_on or book.loan.disbursed_on)
    yield from _different(
        "loan number_of_instalments", book.loan.number_of_instalments, max(book.instalments, default=0)
    )
    if book.loan.is_plain:
        yield from _different("loan is_plain", True, is_plain_life(life, book))


def _unpaid_differences(book: LoanBook, life: Life, today: date) -> Iterator[_What]:
    """The loan's own view of its unpaid instalments: as the books go, or as of the business date they were told on."""
    loan = book.loan
    kept = (loan.open_instalments, loan.oldest_unpaid_due_on)
    right = _unpaid(life)
    life.advance(today)
    if kept in (right, _unpaid(life)):
        return
    yield from _different("loan open_instalments", kept[0], right[0])
    yield from _different("loan oldest_unpaid_due_on", kept[1], right[1])


def _unpaid(life: Life) -> tuple[int, date | None]:
    unpaid = [line for line in life.lines if line.outstanding_minor]
    return len(unpaid), unpaid[0].due_on if unpaid else None


def _different(what: str, booked: object, right: object) -> Iterator[_What]:
    if booked != right:
        yield what, booked, right
