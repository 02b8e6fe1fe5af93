"""Closed periods: what may be closed, and the seal that proves later that a closed period is unchanged."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple


class BookedPosting(NamedTuple):
    """A posting with its transaction, as it is sealed. Accounts are their codes."""

    borrower_id: str
    loan_id: str
    number: int
    line: int
    kind: str
    cause: str
    value_date: date
    booked_on: date
    recorded_at: datetime
    debit: int
    credit: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What a period holds: the number of its postings, their sum by currency in minor units, and a SHA-256.

    The sum is that of the debits, and of the credits too.
    """

    postings: int
    debits_minor: dict[str, int]
    sha256: str


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A period that is closed; it began on the day after the one before ended."""

    calendar_id: str
    through: date
    closed_at: datetime
    closed_by: str
    seal: Seal


@dataclass(frozen=True, slots=True)
class CheckedPeriod:
    """A closed period and the seal that its postings give now."""

    period: ClosedPeriod
    found: Seal

    @property
    def is_unchanged(self) -> bool:
        """Whether both seals agree."""
        return self.found == self.period.seal


class PeriodNotClosed(RuntimeError):
    """A period cannot be closed."""


class AlreadyClosed(PeriodNotClosed):
    """The books are closed through that day or a later one."""

    def __init__(self, through: date, closed_through: date) -> None:
        super().__init__(f"the books are closed through {closed_through} already, so not again through {through}")
        self.through = through
        self.closed_through = closed_through


class DateNotCompleted(PeriodNotClosed):
    """A business date of the period is not completed: bookings of its own are still to come."""

    def __init__(self, through: date, calendar_id: str, completed: date | None) -> None:
        state = "no business date is completed" if completed is None else f"completed through {completed} only"
        super().__init__(f"business date {through} of calendar {calendar_id!r} is not completed: {state}")
        self.through = through
        self.calendar_id = calendar_id
        self.completed = completed


class EarlierPeriodChanged(PeriodNotClosed):
    """What a closed period holds is not what was sealed."""

    def __init__(self, changed: CheckedPeriod) -> None:
        period, found = changed.period, changed.found
        super().__init__(
            f"the period closed through {period.through} is not as it was sealed:"
            f" it had {period.seal.postings} postings with hash {period.seal.sha256},"
            f" and now has {found.postings} with hash {found.sha256}"
        )
        self.changed = changed


class JournalBusy(PeriodNotClosed):
    """Someone reads or writes the journal in one long transaction, and closing does not make payments wait for that."""

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(
            f"the journal was in use for all of {waited_seconds:.0f} seconds (an export? a backup?): close again later"
        )
        self.waited_seconds = waited_seconds


class PeriodSeal:
    """Seals the postings of a period, given one by one by borrower, loan, number and line (bytewise order).

    Each is hashed as one JSON list on a line of its own, the line `previous` first: so the periods are a chain, and
    none can be exchanged for another one unnoticed.
    """

    def __init__(self, previous: str) -> None:
        self._hash = hashlib.sha256(f"{previous}\n".encode())
        self._postings = 0
        self._debits_minor: dict[str, int] = defaultdict(int)

    def add(self, postings: Sequence[BookedPosting]) -> None:
        """Take in the next postings."""
        self._hash.update("".join([f"{_line(posting)}\n" for posting in postings]).encode())
        self._postings += len(postings)
        for posting in postings:
            self._debits_minor[posting.currency] += posting.amount_minor

    def seal(self) -> Seal:
        """The seal of all postings taken in."""
        return Seal(self._postings, dict(self._debits_minor), self._hash.hexdigest())


def check_closing(through: date, calendar_id: str, completed: date | None, closed: Sequence[ClosedPeriod]) -> None:
    """Whether the books may be closed, as far as dates say. Raises AlreadyClosed or DateNotCompleted."""
    if closed and through <= closed[-1].through:
        raise AlreadyClosed(through, closed[-1].through)
    if completed is None or completed < through:
        raise DateNotCompleted(through, calendar_id, completed)


def check_unchanged(checked: CheckedPeriod) -> None:
    """Whether a closed period is as it was sealed. Raises EarlierPeriodChanged."""
    if not checked.is_unchanged:
        raise EarlierPeriodChanged(checked)


def _line(posting: BookedPosting) -> str:
    recorded_at = posting.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    dates = (posting.value_date.isoformat(), posting.booked_on.isoformat(), recorded_at)
    return json.dumps((*posting[:6], *dates, *posting[9:]), ensure_ascii=False)
