"""How one payment splits over what a borrower owes on a loan.

Instalments due on or before the value date come first, oldest first, and inside each its components in the order `due`.
What is left pays instalments in advance, next due first, in the order `in_advance`. What is left then is the borrower's
credit. Nothing is ever allocated beyond what is outstanding.

What is created for every payment is a named tuple: as immutable as a frozen dataclass, at a quarter of its cost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from services.schedules.money import NotPositive

Component = Literal["penalty", "fee", "interest", "principal"]
COMPONENTS: Final[tuple[Component, ...]] = get_args(Component)


class InvalidOrder(ValueError):
    """An allocation order must name each component exactly once."""

    def __init__(self, field: str, value: tuple[str, ...]) -> None:
        super().__init__(f"{field} must name each of {', '.join(COMPONENTS)} once, not {value!r}")
        self.field = field
        self.value = value


class NotAscending(ValueError):
    """Instalments were not given in ascending order of due date."""

    def __init__(self, number: int, due_on: date, previous_due_on: date) -> None:
        super().__init__(f"instalment {number} due on {due_on} was given after one due on {previous_due_on}")
        self.number = number
        self.due_on = due_on
        self.previous_due_on = previous_due_on


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """Which component of an instalment is paid first: of one that is `due`, and of one paid `in_advance`.

    Raises `InvalidOrder` unless each names every component once.
    """

    due: tuple[Component, ...] = COMPONENTS
    in_advance: tuple[Component, ...] = COMPONENTS
    due_positions: tuple[int, ...] = field(init=False, repr=False, compare=False)
    in_advance_positions: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, components in (("due", self.due), ("in_advance", self.in_advance)):
            if sorted(components) != sorted(COMPONENTS):
                raise InvalidOrder(name, components)
            positions = tuple(COMPONENTS.index(component) for component in components)
            object.__setattr__(self, f"{name}_positions", positions)


DEFAULT_ORDER: Final = AllocationOrder()


class OpenInstalment(NamedTuple):
    """What one instalment still lacks, in minor units by component; none is below zero."""

    number: int
    due_on: date
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int


class AllocationLine(NamedTuple):
    """What a payment paid of one instalment, in minor units by component; at least one is above zero."""

    number: int
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int


@dataclass(frozen=True, slots=True)
class AllocationTotals:
    """What one or several payments paid over all instalments, and what was left, in minor units."""

    penalty_minor: int = 0
    fee_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0
    unallocated_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """The payments' whole amount."""
        allocated_minor = self.penalty_minor + self.fee_minor + self.interest_minor + self.principal_minor
        return allocated_minor + self.unallocated_minor

    def __add__(self, other: "AllocationTotals") -> "AllocationTotals":
        return AllocationTotals(
            self.penalty_minor + other.penalty_minor,
            self.fee_minor + other.fee_minor,
            self.interest_minor + other.interest_minor,
            self.principal_minor + other.principal_minor,
            self.unallocated_minor + other.unallocated_minor,
        )


class Allocation(NamedTuple):
    """How one payment splits: over instalments (`lines`, ascending), over components, and what was left.

    `interest_in_advance_minor` is the part of the interest that was not due yet.
    """

    lines: tuple[AllocationLine, ...]
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    unallocated_minor: int
    interest_in_advance_minor: int = 0

    @property
    def totals(self) -> AllocationTotals:
        """The same without the lines."""
        return AllocationTotals(
            self.penalty_minor, self.fee_minor, self.interest_minor, self.principal_minor, self.unallocated_minor
        )


def allocate(
    amount_minor: int,
    value_date: date,
    open_instalments: Iterable[OpenInstalment],
    order: AllocationOrder = DEFAULT_ORDER,
) -> Allocation:
    """Split a payment over instalments given in ascending order of due date.

    Takes from `open_instalments` no more than the payment reaches, so that a generator works for no instalment in vain.
    Raises `NotPositive` (amount) and `NotAscending` (among the instalments reached).
    """
    if amount_minor <= 0:
        raise NotPositive("amount_minor", amount_minor)
    left_minor = amount_minor
    lines: list[AllocationLine] = []
    penalty_minor = fee_minor = interest_minor = principal_minor = interest_in_advance_minor = 0
    previous_due_on = date.min
    for instalment in open_instalments:
        due_on = instalment.due_on
        if due_on < previous_due_on:
            raise NotAscending(instalment.number, due_on, previous_due_on)
        previous_due_on = due_on
        is_due = due_on <= value_date
        positions = order.due_positions if is_due else order.in_advance_positions
        penalty, fee, interest, principal = _take(left_minor, instalment, positions)
        taken_minor = penalty + fee + interest + principal
        if taken_minor:
            lines.append(AllocationLine(instalment.number, penalty, fee, interest, principal))
            penalty_minor += penalty
            fee_minor += fee
            interest_minor += interest
            if not is_due:
                interest_in_advance_minor += interest
            principal_minor += principal
            left_minor -= taken_minor
            if not left_minor:
                break
    return Allocation(
        tuple(lines),
        penalty_minor,
        fee_minor,
        interest_minor,
        principal_minor,
        left_minor,
        interest_in_advance_minor,
    )


def _take(left_minor: int, instalment: OpenInstalment, positions: tuple[int, ...]) -> tuple[int, ...]:
    """What `left_minor` pays of one instalment: (penalty, fee, interest, principal)."""
    outstanding = (
        instalment.penalty_minor,
        instalment.fee_minor,
        instalment.interest_minor,
        instalment.principal_minor,
    )
    if left_minor >= sum(outstanding):
        return outstanding
    taken = [0, 0, 0, 0]
    for position in positions:
        wanted = outstanding[position]
        if wanted >= left_minor:
            taken[position] = left_minor
            break
        taken[position] = wanted
        left_minor -= wanted
    return tuple(taken)
