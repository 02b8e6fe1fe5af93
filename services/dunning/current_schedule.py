"""The current schedule of a loan, from what the ledger told of it; what of it is still to come. Pure.

The instalments of a restructured loan may carry interest, fees and penalties that were owed before: these follow from
no terms. The ledger tells what each instalment lacks; interest that its own period earns is worked out anew, and the
rest of its interest is carried over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from schemas.ledger import ScheduledInstalment
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import overdue_on
from services.schedules.given_schedule import PrincipalPart, build_given_schedule
from services.schedules.schedule import Instalment, build_schedule
from services.schedules.terms import InvalidTerms, LoanTerms


class NotThisSchedule(ValueError):
    """What is known of a loan does not fit the schedule that is known of it: `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ScheduleLine(NamedTuple):
    """One instalment: what it lacks if nothing was paid of it since it was told, and the interest of its own period."""

    due_on: date
    own_interest_minor: int
    lacks: Amounts


@dataclass(frozen=True, slots=True)
class CurrentSchedule:
    """All instalments, ascending by due date. `is_told`: what they lack was told, and does not follow from `terms`."""

    terms: LoanTerms
    lines: tuple[ScheduleLine, ...]
    is_told: bool = False


def schedule_of_terms(terms: LoanTerms) -> CurrentSchedule:
    """The schedule of a loan that was not restructured. Raises InvalidTerms."""
    lines = [
        ScheduleLine(one.due_on, one.interest_minor, Amounts(0, 0, one.interest_minor, one.principal_minor))
        for one in build_schedule(terms)
    ]
    return CurrentSchedule(terms, tuple(lines))


def schedule_as_told(terms: LoanTerms, told: Sequence[ScheduledInstalment]) -> CurrentSchedule:
    """The schedule of a restructured loan. Raises NotThisSchedule where it is not certain which interest is carried.

    Due dates and principal are those of the terms, or were given; instalments paid since the loan was restructured and
    before this was told are missing, or lack less.
    """
    found = [schedule for schedule in (_by_terms(terms, told), _by_parts(terms, told)) if schedule is not None]
    if not found:
        raise NotThisSchedule("the instalments told follow neither from the terms told nor from parts of principal")
    if len({tuple((line.due_on, line.own_interest_minor) for line in one.lines) for one in found}) > 1:
        raise NotThisSchedule("the instalments told follow from the terms told and from parts of principal alike")
    return found[0]


def lines_to_come(schedule: CurrentSchedule, facts: LoanFacts, on: date) -> tuple[ScheduleLine, ...]:
    """What falls due on `on` or later and lacks something, with what it lacks then.

    Principal paid ahead is missing in the last instalments of a schedule that follows from its terms. Raises
    NotThisSchedule if the principal of a told one is not what is outstanding.
    """
    left_minor = facts.principal_outstanding_minor - overdue_on(facts, on).principal_minor
    lines = list(_unpaid(schedule, facts, on))
    if not schedule.is_told:
        return tuple(_taken_from_the_end(lines, left_minor, facts, on))
    planned_minor = sum(line.lacks.principal_minor for line in lines)
    if planned_minor != left_minor:
        raise NotThisSchedule(f"its instalments to come have principal of {planned_minor}, {left_minor} is outstanding")
    return tuple(line for line in lines if line.lacks != NOTHING)


def _by_terms(terms: LoanTerms, told: Sequence[ScheduledInstalment]) -> CurrentSchedule | None:
    """The schedule of the terms with what each instalment lacks, if what was told fits it; counted from the end."""
    try:
        planned = build_schedule(terms)
    except InvalidTerms:
        return None
    if not told:
        return None
    before = told[-1].instalment_number - len(planned)
    by_number = {one.instalment_number: one for one in told}
    first_told = told[0].instalment_number
    lines = []
    for index, plan in enumerate(planned, start=1):
        one = by_number.pop(before + index, None)
        if one is None:
            if before + index >= first_told and plan.principal_minor + plan.interest_minor:
                return None
            lines.append(ScheduleLine(plan.due_on, plan.interest_minor, NOTHING))
            continue
        if one.due_on != plan.due_on or not _fits(one, plan, may_lack_less=one.instalment_number == first_told):
            return None
        lines.append(ScheduleLine(plan.due_on, plan.interest_minor, _amounts(one)))
    is_whole = sum(one.amounts.principal_minor for one in told) == terms.principal_minor
    if by_number or (is_whole and not _is_spread([_carried_minor(line) for line in lines])):
        return None
    return CurrentSchedule(terms, tuple(lines), is_told=True)


def _by_parts(terms: LoanTerms, told: Sequence[ScheduledInstalment]) -> CurrentSchedule | None:
    """The schedule of given parts of principal, if all of them were told."""
    parts = [PrincipalPart(one.due_on, one.amounts.principal_minor) for one in told]
    # Without interest a part of no principal owes nothing, and is not told.
    is_complete = len(parts) == terms.number_of_instalments or not terms.annual_rate_percent
    if not is_complete or sum(part.principal_minor for part in parts) != terms.principal_minor:
        return None
    planned = build_given_schedule(terms, parts)
    if not all(_fits(one, plan, may_lack_less=False) for one, plan in zip(told, planned, strict=True)):
        return None
    lines = [
        ScheduleLine(plan.due_on, plan.interest_minor, _amounts(one)) for one, plan in zip(told, planned, strict=True)
    ]
    return CurrentSchedule(terms, tuple(lines), is_told=True) if _is_spread(list(map(_carried_minor, lines))) else None


def _fits(one: ScheduledInstalment, plan: Instalment, *, may_lack_less: bool) -> bool:
    if may_lack_less and one.amounts.principal_minor < plan.principal_minor:
        return True
    is_planned = one.amounts.principal_minor == plan.principal_minor
    return is_planned and (may_lack_less or one.amounts.interest_minor >= plan.interest_minor)


def _carried_minor(line: ScheduleLine) -> int:
    return line.lacks.interest_minor - line.own_interest_minor


def _is_spread(amounts_minor: Sequence[int]) -> bool:
    """Whether this is an amount in equal parts over the first instalments, the last of which takes the rounding."""
    payers = max((index for index, amount_minor in enumerate(amounts_minor, start=1) if amount_minor), default=0)
    if not payers:
        return True
    part_minor, last_minor = amounts_minor[0], amounts_minor[payers - 1]
    is_equal = all(amount_minor == part_minor for amount_minor in amounts_minor[: payers - 1])
    return part_minor >= 0 and is_equal and 0 <= last_minor - part_minor < payers


def _unpaid(schedule: CurrentSchedule, facts: LoanFacts, on: date) -> Iterator[ScheduleLine]:
    """Until the next instalment nothing is lacking, of that what the ledger tells, after it what the schedule has."""
    next_due_on, lacks = facts.next_due_on, facts.next_due_amounts
    to_come = [line for line in schedule.lines if line.due_on >= on]
    if next_due_on is None or next_due_on < on or lacks == NOTHING:
        yield from to_come
        return
    following = next((line for line in to_come if line.due_on == next_due_on), None)
    yield ScheduleLine(next_due_on, 0, lacks) if following is None else following._replace(lacks=lacks)
    yield from (line for line in to_come if line.due_on > next_due_on)


def _taken_from_the_end(
    lines: Sequence[ScheduleLine], left_minor: int, facts: LoanFacts, on: date
) -> Iterator[ScheduleLine]:
    """Lines as far as there is principal for them; the last takes what no instalment plans."""
    for line in lines:
        is_next_told = line.due_on == facts.next_due_on and line.lacks == facts.next_due_amounts
        if left_minor <= 0 and not is_next_told:
            return
        is_last = line is lines[-1] and not is_next_told
        principal_minor = left_minor if is_last else min(line.lacks.principal_minor, left_minor)
        left_minor -= principal_minor
        yield line._replace(lacks=replace(line.lacks, principal_minor=principal_minor))
    if left_minor > 0:
        yield ScheduleLine(max(on, facts.next_due_on or on), 0, Amounts(principal_minor=left_minor))


def _amounts(one: ScheduledInstalment) -> Amounts:
    amounts = one.amounts
    return Amounts(amounts.penalty_minor, amounts.fee_minor, amounts.interest_minor, amounts.principal_minor)
