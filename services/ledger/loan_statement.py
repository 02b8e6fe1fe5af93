"""The statement of account of a loan: its transactions in order, and what the borrower owes after each."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

from services.ledger.booked import BookedTransaction
from services.ledger.journal import AccountCode, Postings


@dataclass(frozen=True, slots=True)
class Owed:
    """What the borrower owes by component, and what of theirs the lender holds, in minor units.

    `interest_in_advance_minor` was paid before it fell due. As a change, an amount below zero is paid or given up.
    """

    principal_minor: int = 0
    interest_minor: int = 0
    fee_minor: int = 0
    penalty_minor: int = 0
    credit_minor: int = 0
    interest_in_advance_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All that is owed less what the lender holds; below zero when the lender holds more."""
        owed_minor = self.principal_minor + self.interest_minor + self.fee_minor + self.penalty_minor
        return owed_minor - self.credit_minor - self.interest_in_advance_minor

    def plus(self, change: "Owed") -> "Owed":
        """After a change."""
        return Owed(*(getattr(self, field.name) + getattr(change, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A transaction, what it changed, and what is owed after it."""

    transaction: BookedTransaction
    change: Owed
    balance: Owed


_OWED_BY_BORROWER: Final = {
    AccountCode.PRINCIPAL_RECEIVABLE: "principal_minor",
    AccountCode.INTEREST_RECEIVABLE: "interest_minor",
    AccountCode.FEE_RECEIVABLE: "fee_minor",
    AccountCode.PENALTY_RECEIVABLE: "penalty_minor",
}
_HELD_FOR_BORROWER: Final = {
    AccountCode.BORROWER_CREDIT: "credit_minor",
    AccountCode.UNEARNED_INTEREST: "interest_in_advance_minor",
}


def statement(transactions: Iterable[BookedTransaction]) -> list[StatementLine]:
    """The lines of one loan by value date; on one day in the order in which they were recorded."""
    lines = []
    balance = Owed()
    for transaction in sorted(transactions, key=lambda one: (one.value_date, one.number)):
        change = change_of(transaction.postings)
        balance = balance.plus(change)
        lines.append(StatementLine(transaction, change, balance))
    return lines


def change_of(postings: Postings) -> Owed:
    """How postings change what the borrower owes."""
    changes_minor = dict.fromkeys((*_OWED_BY_BORROWER.values(), *_HELD_FOR_BORROWER.values()), 0)
    for debit, credit, amount_minor in postings:
        for account, debited_minor in ((debit, amount_minor), (credit, -amount_minor)):
            if account in _OWED_BY_BORROWER:
                changes_minor[_OWED_BY_BORROWER[account]] += debited_minor
            elif account in _HELD_FOR_BORROWER:
                changes_minor[_HELD_FOR_BORROWER[account]] -= debited_minor
    return Owed(**changes_minor)
