"""How one amount is spread over a loan's lines: what is due first, then, if wanted, what is not due yet.

Principal and interest are due on their line's day, every charge on its own. Lines are taken in order, and within each
its components in the agreed order; or component by component, and within each the lines in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from services.ledger.agreement import AllocationBy
from services.ledger.allocation import Allocation, AllocationLine, AllocationOrder, Component
from services.ledger.lines import Line


class Spread(NamedTuple):
    """What an amount paid by line, how much of the interest was not due yet, and what is left."""

    lines: tuple[AllocationLine, ...]
    interest_in_advance_minor: int
    left_minor: int

    def allocation(self) -> Allocation:
        """The same with totals; what is left is unallocated."""
        return Allocation(
            self.lines,
            sum(line.penalty_minor for line in self.lines),
            sum(line.fee_minor for line in self.lines),
            sum(line.interest_minor for line in self.lines),
            sum(line.principal_minor for line in self.lines),
            self.left_minor,
            self.interest_in_advance_minor,
        )


def pay(
    lines: Sequence[Line],
    amount_minor: int,
    on: date,
    order: AllocationOrder,
    by: AllocationBy,
    *,
    in_advance: bool,
) -> Spread:
    """Pay lines (ascending by due date) from an amount, changing them; `in_advance`: also what is not due on `on`."""
    taken: dict[int, list[int]] = {}
    left_minor = amount_minor
    interest_in_advance_minor = 0
    for is_due in (True, False) if in_advance else (True,):
        # Of a line on the other side of `on` only charges can be payable now.
        reachable = [line for line in lines if line.charges or (line.due_on <= on) is is_due]
        for line, component in _places(reachable, order.due if is_due else order.in_advance, by):
            if not left_minor:
                break
            amount = _take(line, component, on, is_due, left_minor)
            if not amount:
                continue
            left_minor -= amount
            taken.setdefault(line.number, [0, 0, 0, 0])[_COLUMNS[component]] += amount
            if component == "interest" and not line.is_earned:
                interest_in_advance_minor += amount
    by_number = {line.number: line for line in lines}
    for number, amounts in taken.items():
        _note_paid(by_number[number], sum(amounts), on)
    shares = tuple(AllocationLine(number, *taken[number]) for number in sorted(taken))
    return Spread(shares, interest_in_advance_minor, left_minor)


_COLUMNS: dict[Component, int] = {"penalty": 0, "fee": 1, "interest": 2, "principal": 3}


def _places(lines: Iterable[Line], order: Sequence[Component], by: AllocationBy) -> Iterator[tuple[Line, Component]]:
    if by == "instalment_first":
        return ((line, component) for line in lines for component in order)
    return ((line, component) for component in order for line in lines)


def _take(line: Line, component: Component, on: date, is_due: bool, left_minor: int) -> int:
    """Pay one component of one line as far as it is (or is not) due on `on`; returns the amount."""
    if component == "principal":
        if (line.due_on <= on) is not is_due:
            return 0
        amount = min(left_minor, line.principal_outstanding_minor)
        line.principal_paid_minor += amount
        return amount
    if component == "interest":
        if (line.due_on <= on) is not is_due:
            return 0
        amount = min(left_minor, line.interest_outstanding_minor)
        line.interest_paid_minor += amount
        if not line.is_earned:
            line.interest_in_advance_minor += amount
        return amount
    total = 0
    for charge in line.charges_of(component):
        if (charge.due_on <= on) is is_due:
            amount = min(left_minor - total, charge.outstanding_minor)
            charge.paid_minor += amount
            total += amount
    return total


def _note_paid(line: Line, amount_minor: int, on: date) -> None:
    if on < line.due_on:
        line.in_advance_minor += amount_minor
    elif on > line.due_on:
        line.late_minor += amount_minor
    if not line.outstanding_minor:
        line.paid_on = on
