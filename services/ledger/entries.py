"""The bookings that a loan's facts call for, by what they are about, and how to get there from what is booked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

from services.ledger.journal import AccountCode, Posting, Postings

EntryKind = Literal[
    "disbursal", "interest-due", "penalty", "fee", "payment", "credit-applied", "chargeback", "refund", "waiver",
    "restructure", "payoff", "write-off",
]  # fmt: skip


class Cause(NamedTuple):
    """What a booking is about: its kind, and the id of the fact, instalment or charge."""

    kind: str
    about: str


Sides = tuple[AccountCode, AccountCode]
_NO_DAYS: Final[Mapping[date, Mapping[Sides, int]]] = {}


@dataclass(slots=True)
class Entry:
    """Amounts by (debit, credit) for one cause; `on` is the day they count."""

    on: date
    amounts: dict[Sides, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class Entries:
    """All bookings of a loan, in the order in which they came up."""

    by_cause: dict[Cause, Entry] = field(default_factory=dict)

    def book(
        self, kind: EntryKind, about: str, on: date, debit: AccountCode, credit: AccountCode, amount_minor: int
    ) -> None:
        """Add an amount (nothing when it is zero); the cause counts on the last day given."""
        if not amount_minor:
            return
        cause = Cause(kind, about)
        entry = self.by_cause.get(cause)
        if entry is None:
            entry = self.by_cause[cause] = Entry(on)
        entry.on = on
        entry.amounts[debit, credit] += amount_minor


class Correction(NamedTuple):
    """What is to be booked so that a cause stands right."""

    cause: Cause
    on: date
    postings: Postings


@dataclass(slots=True)
class Booked:
    """What is booked of a loan: amounts by (debit, credit), by day and cause; opposite amounts cancel."""

    by_cause: dict[Cause, dict[date, dict[Sides, int]]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Cause]:
        return iter(self.by_cause)

    def add(self, cause: Cause, on: date, debit: AccountCode, credit: AccountCode, amount_minor: int) -> None:
        """Note one posting."""
        amounts = self.by_cause.setdefault(cause, {}).setdefault(on, {})
        sides = debit, credit
        amounts[sides] = amounts.get(sides, 0) + amount_minor

    def days(self, cause: Cause) -> Mapping[date, Mapping[Sides, int]]:
        """What is booked for one cause, by day."""
        return self.by_cause.get(cause, _NO_DAYS)

    def amounts(self, cause: Cause, until: date = date.max) -> Mapping[Sides, int]:
        """What is booked for one cause on all days up to one."""
        days = [amounts for day, amounts in self.days(cause).items() if day <= until]
        if len(days) == 1:
            return days[0]
        total: dict[Sides, int] = defaultdict(int)
        for amounts in days:
            for sides, amount_minor in amounts.items():
                total[sides] += amount_minor
        return total


def corrections(wanted: Mapping[Cause, Entry], booked: Booked, corrected_on: date) -> Iterator[Correction]:
    """The postings from what is booked to what is wanted.

    What was booked for a cause after the day on which it counts now is reversed on its own days. Of a cause that is
    gone, a payment is reversed on `corrected_on`, when it was taken back; all else as if it had never been.
    """
    for cause, entry in wanted.items():
        for day, amounts in list(booked.days(cause).items()):
            if day > entry.on and (postings := difference(net(amounts), {})):
                yield Correction(cause, day, postings)
        before = booked.amounts(cause, entry.on)
        if before != entry.amounts and (postings := difference(net(before), net(entry.amounts))):
            yield Correction(cause, entry.on, postings)
    for cause in [cause for cause in booked if cause not in wanted]:
        for day, amounts in list(booked.days(cause).items()):
            on = max(day, corrected_on) if cause.kind == "payment" else day
            if postings := difference(net(amounts), {}):
                yield Correction(cause, on, postings)


def difference(booked: Mapping[AccountCode, int], wanted: Mapping[AccountCode, int]) -> Postings:
    """Postings that turn one net of accounts into another, and touch no account whose net stays."""
    changes = {
        account: wanted.get(account, 0) - booked.get(account, 0)
        for account in [*wanted, *(account for account in booked if account not in wanted)]
    }
    credits = [(account, -change) for account, change in reversed(changes.items()) if change < 0]
    postings = []
    for debit, left_minor in ((account, change) for account, change in changes.items() if change > 0):
        while left_minor:
            credit, credit_minor = credits.pop()
            moved_minor = min(left_minor, credit_minor)
            postings.append(Posting(debit, credit, moved_minor))
            left_minor -= moved_minor
            if credit_minor > moved_minor:
                credits.append((credit, credit_minor - moved_minor))
    return tuple(postings)


def net(amounts: Mapping[Sides, int]) -> dict[AccountCode, int]:
    """Debits less credits of each account that is not at zero, in the order in which accounts come up."""
    totals: dict[AccountCode, int] = defaultdict(int)
    for (debit, credit), amount_minor in amounts.items():
        totals[debit] += amount_minor
        totals[credit] -= amount_minor
    return {account: amount_minor for account, amount_minor in totals.items() if amount_minor}
