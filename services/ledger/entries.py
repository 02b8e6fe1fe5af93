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
_NO_SIDES: Final[Mapping[Sides, int]] = {}


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
        entry = self.by_cause.setdefault(Cause(kind, about), Entry(on))
        entry.on = on
        entry.amounts[debit, credit] += amount_minor


class Correction(NamedTuple):
    """What is to be booked so that a cause stands right."""

    cause: Cause
    on: date
    postings: Postings


def corrections(
    wanted: Mapping[Cause, Entry], booked: Mapping[Cause, Mapping[Sides, int]], corrected_on: date
) -> Iterator[Correction]:
    """The postings from what is booked to what is wanted; a booking whose cause is gone is reversed on `corrected_on`.

    `booked` has each pair of accounts in one direction or both; opposite amounts cancel.
    """
    for cause, entry in wanted.items():
        postings = difference(_net(booked.get(cause, _NO_SIDES)), _net(entry.amounts))
        if postings:
            yield Correction(cause, entry.on, postings)
    for cause, amounts in booked.items():
        if cause not in wanted and (postings := difference(_net(amounts), _NO_SIDES)):
            yield Correction(cause, corrected_on, postings)


def difference(booked: Mapping[Sides, int], wanted: Mapping[Sides, int]) -> Postings:
    """Postings that turn `booked` into `wanted`, both netted by pair of accounts."""
    postings = []
    for sides in [*wanted, *(sides for sides in booked if sides not in wanted)]:
        amount_minor = wanted.get(sides, 0) - booked.get(sides, 0)
        debit, credit = sides if amount_minor > 0 else sides[::-1]
        if amount_minor:
            postings.append(Posting(debit, credit, abs(amount_minor)))
    return tuple(postings)


def _net(amounts: Mapping[Sides, int]) -> dict[Sides, int]:
    """Each pair of accounts in its ascending direction; negative where the other direction outweighs."""
    net: dict[Sides, int] = defaultdict(int)
    for (debit, credit), amount_minor in amounts.items():
        if debit < credit:
            net[debit, credit] += amount_minor
        else:
            net[credit, debit] -= amount_minor
    return {sides: amount_minor for sides, amount_minor in net.items() if amount_minor}
