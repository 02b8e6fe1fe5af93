"""Month-to-month transitions of the card book, and how often two tellings of it agree. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from amends.demo.cards import CardCustomer, months_behind_by_status

MOST: Final = 4
"""Months behind, or codes, from which on all count as one row and column."""


@dataclass(frozen=True, slots=True)
class TransitionMatrix:
    """How many customer-months went from each level to each; levels are 0 to MOST."""

    counts: Mapping[tuple[int, int], int]

    def customer_months(self, start: int) -> int:
        """All transitions that begin at a level."""
        return sum(self.counts.get((start, end), 0) for end in range(MOST + 1))

    def percent(self, start: int, end: int) -> Decimal | None:
        """The share of a row that went to `end`; None for an empty row."""
        whole = self.customer_months(start)
        return Decimal(100 * self.counts.get((start, end), 0)) / whole if whole else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two tellings of the same customer-months agree."""

    customer_months: int
    equal: int
    both_late: int
    only_first_late: int
    only_second_late: int


def matrix_of(histories: Iterable[Sequence[int]]) -> TransitionMatrix:
    """Each customer's consecutive months; a level below 0 counts as 0, one above MOST as MOST."""
    return TransitionMatrix(
        Counter((_level(before), _level(after)) for history in histories for before, after in pairwise(history))
    )


def codes_as_months_behind(customer: CardCustomer) -> tuple[int, ...]:
    """The file's statuses of April to August as what the closes of May to September must show."""
    return tuple(months_behind_by_status(status) for status in customer.statuses[:-1])


def agreement_of(pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> Agreement:
    """Months side by side of many customers: (first telling, second telling) each, compared up to MOST."""
    counts = Counter(
        (_level(first) == _level(second), first > 0, second > 0)
        for one, other in pairs
        for first, second in zip(one, other, strict=True)
    )
    return Agreement(
        customer_months=counts.total(),
        equal=sum(count for (is_equal, _, _), count in counts.items() if is_equal),
        both_late=sum(count for (_, first, second), count in counts.items() if first and second),
        only_first_late=sum(count for (_, first, second), count in counts.items() if first and not second),
        only_second_late=sum(count for (_, first, second), count in counts.items() if second and not first),
    )


def _level(months_or_code: int) -> int:
    return min(max(months_or_code, 0), MOST)
