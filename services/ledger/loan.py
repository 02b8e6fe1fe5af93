"""A loan while the ledger works on it: its account and the counters that make numbers and event ids."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.ledger.account import LoanAccount, LoanInstalment
from services.ledger.journal import Postings
from services.ledger.standing import Standing, standing_of

Key = tuple[str, str]


@dataclass(slots=True)
class Loan:
    """Mutable for the length of one batch; `account.open_instalments` may be a window of the unpaid ones.

    `open_instalments` counts all unpaid ones; `sequence` the events emitted; `transactions` those in the journal.
    `product` is the reference of its product. `calendar_through` is the day up to which the calendar has run.
    `is_plain`: nothing but payments has happened, instalments are paid strictly in order, and there is no credit.
    """

    account: LoanAccount
    disbursed_on: date
    number_of_instalments: int
    arrears_tolerance_minor: int
    instalment_minor: int
    period_days: int
    open_instalments: int
    oldest_unpaid_due_on: date | None
    sequence: int
    transactions: int
    product: str
    calendar_through: date
    is_plain: bool = True

    @property
    def key(self) -> Key:
        """(borrower id, loan id)."""
        return self.account.borrower_id, self.account.loan_id

    @property
    def first_open_number(self) -> int:
        """Number of the first unpaid instalment of a plain loan."""
        return self.number_of_instalments - self.open_instalments + 1

    @property
    def more_open(self) -> bool:
        """Unpaid instalments exist beyond those loaded."""
        return self.open_instalments > len(self.account.open_instalments)

    def load(self, open_instalments: tuple[LoanInstalment, ...]) -> None:
        """Take the first unpaid instalments, in order and without gaps."""
        self.account = self.account._replace(open_instalments=open_instalments)

    def next_sequence(self) -> int:
        """Count one more event."""
        self.sequence += 1
        return self.sequence

    def standing(self, as_of: date) -> Standing:
        """How the loan stands with what is loaded."""
        return standing_of(
            self.account.open_instalments,
            as_of,
            principal_outstanding_minor=self.account.principal_outstanding_minor,
            credit_minor=self.account.credit_minor,
            tolerance_minor=self.arrears_tolerance_minor,
            written_off=self.account.status == "written_off",
        )

    def window_end(self, amount_minor: int, as_of: date) -> int:
        """Number of the last instalment to load: what is overdue, what the amount reaches, and two more to tell of."""
        reach = amount_minor // max(1, self.instalment_minor) + 1
        overdue_days = (as_of - self.oldest_unpaid_due_on).days if self.oldest_unpaid_due_on else 0
        overdue = overdue_days // self.period_days + 1 if overdue_days > 0 else 0
        return self.first_open_number + max(reach, overdue) + 1


class Transaction(NamedTuple):
    """One transaction of the journal; `number` counts per loan, `cause` is what it is about."""

    key: Key
    number: int
    kind: str
    cause: str
    value_date: date
    currency: str
    postings: Postings


def transaction(loan: Loan, kind: str, cause: str, value_date: date, postings: Postings) -> Transaction:
    """The loan's next transaction."""
    loan.transactions += 1
    return Transaction(loan.key, loan.transactions, kind, cause, value_date, loan.account.currency, postings)


class InstalmentChange(NamedTuple):
    """An instalment of a loan with its new paid amounts."""

    key: Key
    instalment: LoanInstalment
