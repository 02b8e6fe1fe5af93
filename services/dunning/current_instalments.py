"""What a borrower would pay without a plan: every unpaid instalment of the schedule as it is. Pure.

The ledger tells what is overdue in all, what the next instalment lacks, and the schedule; not what each instalment
lacks. Money goes to the oldest debt of a component first, so what is overdue lies on the newest instalments.
"""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter

from schemas.offers import OfferedInstalment
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases.case_events import component_amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.current_schedule import CurrentSchedule, lines_to_come


def current_instalments(
    facts: LoanFacts, schedule: CurrentSchedule, on: date
) -> tuple[OfferedInstalment, ...]:  # fmt: skip
    """All instalments that lack something on `on`, oldest first, counted from 1; amounts in minor units.

    Interest that a product let pay ahead of the principal of an earlier instalment is not told, and stands as unpaid in
    a schedule that follows from its terms. Penalties and fees are those told until `on`; the overdue ones
    stand with the oldest overdue instalment, whichever they were charged for. No penalty to come is among them but what
    was carried over. Raises NotThisSchedule.
    """
    to_come = ((line.due_on, line.lacks) for line in lines_to_come(schedule, facts, on))
    lacking = [*_overdue(facts, schedule, on), *to_come]
    return tuple(
        OfferedInstalment(number=number, due_on=due_on, amounts=component_amounts(amounts))
        for number, (due_on, amounts) in enumerate(lacking, start=1)
    )


def total_minor(instalments: Iterable[OfferedInstalment]) -> int:
    """All of them, all components together, in minor units."""
    amounts = (one.amounts for one in instalments)
    return sum(one.penalty_minor + one.fee_minor + one.interest_minor + one.principal_minor for one in amounts)


def _overdue(facts: LoanFacts, schedule: CurrentSchedule, on: date) -> list[tuple[date, Amounts]]:
    """What is overdue, by due date: the newest instalments are filled first, and the oldest takes what is left."""
    overdue = overdue_on(facts, on)
    if not overdue.total_minor:
        return []
    left = Amounts(interest_minor=overdue.interest_minor, principal_minor=overdue.principal_minor)
    lacking: dict[date, Amounts] = {}
    for line in reversed([line for line in schedule.lines if line.due_on < on]):
        lacks = Amounts(
            interest_minor=min(line.lacks.interest_minor, left.interest_minor),
            principal_minor=min(line.lacks.principal_minor, left.principal_minor),
        )
        if lacks != NOTHING:
            lacking[line.due_on] = lacks
        left = Amounts(
            interest_minor=left.interest_minor - lacks.interest_minor,
            principal_minor=left.principal_minor - lacks.principal_minor,
        )
    oldest_on = facts.oldest_unpaid_due_on or min(lacking, default=on)
    charges = Amounts(penalty_minor=overdue.penalty_minor, fee_minor=overdue.fee_minor)
    rest = left.plus(charges)
    if rest != NOTHING:
        lacking[oldest_on] = lacking.get(oldest_on, NOTHING).plus(rest)
    return sorted(lacking.items(), key=itemgetter(0))
