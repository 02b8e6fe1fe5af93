"""Which records are over their time. Pure.

Time runs from a loan's last activity: its end, or the last message, contact, answer or call about it, whichever is
later. What is kept of a borrower as a whole, first of all who they are, is over once all their loans are, and nothing
else happened since.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LoanActivity:
    """A loan as far as retention goes; `ended_at` None: it is open, or the ledger never told of it."""

    loan_id: str
    ended_at: datetime | None
    last_activity_at: datetime | None
    erased_at: datetime | None = None

    def is_over(self, latest: datetime) -> bool:
        """Whether its last activity lies before `latest`."""
        if self.ended_at is None:
            return False
        return max(self.ended_at, self.last_activity_at or self.ended_at) < latest


@dataclass(frozen=True, slots=True)
class BorrowerActivity:
    """A borrower as far as retention goes. `last_activity_at` is of what hangs on no loan.

    `is_registered`: contact data is kept. `is_busy`: a message is on its way, and what it says would come back.
    """

    borrower_id: str
    loans: tuple[LoanActivity, ...]
    last_activity_at: datetime | None
    is_registered: bool
    is_busy: bool

    @property
    def has_open_loan(self) -> bool:
        """Whether a loan is open, or not known to have ended."""
        return any(loan.ended_at is None for loan in self.loans)

    @property
    def newest_activity_at(self) -> datetime | None:
        """The last activity of all; None if there was none."""
        moments = [loan.last_activity_at for loan in self.loans] + [loan.ended_at for loan in self.loans]
        return max((one for one in [*moments, self.last_activity_at] if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class DueErasure:
    """What is to be erased of a borrower: what is kept of some loans, or everything."""

    borrower_id: str
    loan_ids: tuple[str, ...]
    is_whole: bool


def due_erasure(borrower: BorrowerActivity, latest: datetime) -> DueErasure | None:
    """What of a borrower had its last activity before `latest` and is still kept; None if nothing."""
    if borrower.is_busy:
        return None
    over = [loan for loan in borrower.loans if loan.is_over(latest)]
    due = tuple(
        loan.loan_id
        for loan in over
        if loan.erased_at is None or (loan.last_activity_at is not None and loan.last_activity_at > loan.erased_at)
    )
    others_over = borrower.last_activity_at is None or borrower.last_activity_at < latest
    is_whole = len(over) == len(borrower.loans) and others_over and (borrower.is_registered or bool(due))
    return DueErasure(borrower.borrower_id, due, is_whole) if due or is_whole else None
