"""A plan beside what would be paid without it: what changes, line by line and in all. Pure.

Amounts are minor units of the offer's currency. Without the present schedule only the plan's side is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.offers import OfferedInstalment, OfferedPlan, OfferMade
from schemas.values import ComponentAmounts


@dataclass(frozen=True, slots=True)
class DueDay:
    """What falls due on one day, at present and with the plan; None: nothing does."""

    due_on: date
    current_minor: int | None
    planned_minor: int | None


@dataclass(frozen=True, slots=True)
class ScheduleFigures:
    """A schedule in figures: its first and last day, its largest instalment, how many there are, and their sum."""

    first_due_on: date
    first_minor: int
    last_due_on: date
    largest_minor: int
    number_of_instalments: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan beside the present schedule; `difference_minor` is what the plan costs more (less: negative)."""

    days: tuple[DueDay, ...]
    planned: ScheduleFigures
    current: ScheduleFigures | None
    difference_minor: int | None


def compared(offer: OfferMade, plan: OfferedPlan) -> Comparison:
    """The plan beside what the offer tells of the present schedule."""
    planned = _by_day(plan.instalments)
    current = _by_day(offer.current_instalments or ())
    days = tuple(DueDay(day, current.get(day), planned.get(day)) for day in sorted({*current, *planned}))
    current_total = offer.current_total_cost_minor
    return Comparison(
        days,
        _figures(plan.instalments, plan.total_cost_minor),
        _figures(offer.current_instalments, current_total or sum(current.values()))
        if offer.current_instalments
        else None,
        None if current_total is None else plan.total_cost_minor - current_total,
    )


def total_minor(amounts: ComponentAmounts) -> int:
    """All components together."""
    return amounts.penalty_minor + amounts.fee_minor + amounts.interest_minor + amounts.principal_minor


def _by_day(instalments: Sequence[OfferedInstalment]) -> Mapping[date, int]:
    due: dict[date, int] = {}
    for one in instalments:
        due[one.due_on] = due.get(one.due_on, 0) + total_minor(one.amounts)
    return due


def _figures(instalments: Sequence[OfferedInstalment], whole_minor: int) -> ScheduleFigures:
    due = _by_day(instalments)
    first, last = min(due), max(due)
    return ScheduleFigures(first, due[first], last, max(due.values()), len(due), whole_minor)
