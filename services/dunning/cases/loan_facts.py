"""What dunning knows of a loan from the ledger's newest events."""

from dataclasses import dataclass
from datetime import date

from services.dunning.amounts import NOTHING, Amounts


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """A loan as the ledger last told of it, as of `as_of`; `sequence` is that of the newest event.

    `overdue`, `oldest_unpaid_due_on` and `next_due_on` mean what they mean in LoanStanding. `next_due_amounts` is what
    the instalment of `next_due_on` lacks; all 0 while it is not known, and then that instalment is neither reminded of
    nor counted as overdue until the ledger says more.

    `last_paid_on` is the value date of the newest payment told that was not taken back, `last_payment_id` its id, and
    `paid_before_on` the date of the one before; after one is taken back, only what is certain of them.
    """

    loan_id: str
    borrower_id: str
    currency: str
    as_of: date
    sequence: int
    oldest_unpaid_due_on: date | None = None
    next_due_on: date | None = None
    overdue: Amounts = NOTHING
    next_due_amounts: Amounts = NOTHING
    principal_outstanding_minor: int = 0
    settled: bool = False
    written_off: bool = False
    product: str | None = None
    restructuring_id: str | None = None
    restructured_on: date | None = None
    last_paid_on: date | None = None
    last_payment_id: str | None = None
    paid_before_on: date | None = None
    opened_on: date | None = None

    @property
    def owed_minor(self) -> int:
        """What the borrower owes as far as it is known: the principal, and what is overdue or next due beside it."""
        beside = self.overdue.plus(self.next_due_amounts)
        return self.principal_outstanding_minor + beside.total_minor - beside.principal_minor
