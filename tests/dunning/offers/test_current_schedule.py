"""The schedule of a restructured loan is known only where it is certain which interest is carried over."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.ledger import ScheduledInstalment
from schemas.values import ComponentAmounts
from services.dunning.current_schedule import (
    NotThisSchedule,
    lines_to_come,
    schedule_as_told,
    schedule_of_terms,
)
from services.dunning.kept_schedule import told_instalments
from services.schedules.schedule import build_schedule
from services.schedules.terms import LoanTerms
from tests.dunning.offers.loans import TERMS
from tests.dunning.offers.restructured_loans import AGREED_ON, CARRIED, IN_PARTS, charged_loan


def told_schedule(terms: LoanTerms, carried_minor: list[int]) -> list[ScheduledInstalment]:
    """The instalments of terms, each with interest carried over; numbered on from an earlier schedule."""
    return [
        ScheduledInstalment(
            instalment_number=24 + line.number, due_on=line.due_on,
            amounts=ComponentAmounts(
                penalty_minor=0, fee_minor=0, interest_minor=line.interest_minor + carried,
                principal_minor=line.principal_minor,
            ),
        )
        for line, carried in zip(build_schedule(terms), carried_minor, strict=True)
    ]  # fmt: skip


FOUR = replace(TERMS, number_of_instalments=4)


def test_interest_beyond_that_of_its_own_period_is_carried_over() -> None:
    schedule = schedule_as_told(FOUR, told_schedule(FOUR, [33, 34, 0, 0]))
    assert [line.lacks.interest_minor - line.own_interest_minor for line in schedule.lines] == [33, 34, 0, 0]


def test_instalments_paid_before_the_telling_lack_nothing() -> None:
    schedule = schedule_as_told(FOUR, told_schedule(FOUR, [25, 25, 25, 25])[1:])
    assert [line.lacks.interest_minor - line.own_interest_minor for line in schedule.lines[1:]] == [25, 25, 25]
    assert schedule.lines[0].lacks.total_minor == 0


@pytest.mark.parametrize("carried_minor", [[10, 30, 10, 10], [0, 0, 20, 20], [-5, 0, 0, 0]])
def test_interest_that_is_no_equal_spread_was_not_carried_over(carried_minor: list[int]) -> None:
    with pytest.raises(NotThisSchedule, match="neither from the terms told nor from parts"):
        schedule_as_told(FOUR, told_schedule(FOUR, carried_minor))


def test_due_dates_of_parts_are_those_told() -> None:
    loan = charged_loan(IN_PARTS)
    assert loan.kept.instalments is not None
    schedule = schedule_as_told(loan.life(AGREED_ON).terms, told_instalments(loan.kept.instalments))
    assert [line.due_on for line in schedule.lines] == [part.due_on for part in IN_PARTS.principal_parts or ()]


def test_parts_that_were_paid_before_the_telling_leave_the_schedule_uncertain() -> None:
    loan = charged_loan(IN_PARTS)
    assert loan.kept.instalments is not None
    with pytest.raises(NotThisSchedule):
        schedule_as_told(loan.life(AGREED_ON).terms, told_instalments(loan.kept.instalments)[1:])


def test_principal_outstanding_that_is_not_that_of_the_instalments_told_is_refused() -> None:
    loan = charged_loan(CARRIED)
    assert loan.kept.instalments is not None
    schedule = schedule_as_told(loan.life(AGREED_ON).terms, told_instalments(loan.kept.instalments))
    other = replace(loan.facts, principal_outstanding_minor=loan.facts.principal_outstanding_minor - 1)
    with pytest.raises(NotThisSchedule, match="is outstanding"):
        lines_to_come(schedule, other, date(2024, 10, 21))


def test_of_a_loan_never_restructured_nothing_is_carried_over() -> None:
    assert all(line.lacks.interest_minor == line.own_interest_minor for line in schedule_of_terms(TERMS).lines)
