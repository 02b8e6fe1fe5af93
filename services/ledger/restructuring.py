"""A new schedule for what is owed, agreed with the borrower; the old lines stay, and owe nothing any more."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from services.ledger.allocation import COMPONENTS
from services.ledger.early_repayment import accrued, cut_interest
from services.ledger.facts import ChargeKind, DueDateChanged, Restructured
from services.ledger.journal import AccountCode
from services.ledger.lines import ChargeItem, Line
from services.schedules.restructured import (
    Owed,
    PlannedInstalment,
    Treatment,
    planned_instalments,
    principal_to_schedule_minor,
    restructured_terms,
)

if TYPE_CHECKING:
    from services.ledger.life import Life

_GIVEN_UP_IN_ORDER: Final = COMPONENTS


def change_due_date(life: "Life", fact: DueDateChanged) -> None:
    """Move an instalment to come and all after it by the same number of days; amounts stay."""
    line = movable_line(life, fact)
    if line is None or fact.due_on <= day_before(life, line):
        return
    moved_days = (fact.due_on - line.due_on).days
    for one in life.lines:
        if one.number >= line.number and not one.is_replaced:
            one.due_on += timedelta(days=moved_days)
            for item in one.charges:
                item.due_on += timedelta(days=moved_days)


def movable_line(life: "Life", fact: DueDateChanged) -> Line | None:
    """The instalment that a change of due date names, if it is still to come."""
    for line in life.lines:
        if line.number == fact.instalment_number and line.due_on > life.on and not line.is_replaced:
            return line
    return None


def day_before(life: "Life", line: Line) -> date:
    """An instalment's due date must stay after this day: today, or the due date before it."""
    return max([life.on, *(one.due_on for one in life.lines if one.due_on < line.due_on)])


def owed_of(life: "Life") -> Owed:
    """What is owed today, by component: what is due, all principal, and interest accrued so far."""
    accrued_minor = {line.number: minor for line, minor in accrued(life)}
    interest_minor = fee_minor = penalty_minor = 0
    for line in life.lines:
        own_minor = accrued_minor.get(line.number, line.interest_minor)
        interest_minor += own_minor - min(own_minor, line.interest_paid_minor) - line.interest_waived_minor
        fee_minor += line.component_outstanding_minor("fee")
        penalty_minor += line.component_outstanding_minor("penalty")
    return Owed(life.principal_outstanding_minor, interest_minor, fee_minor, penalty_minor)


def restructure(life: "Life", fact: Restructured) -> None:
    """Replace all unpaid lines by a new schedule; a loan that is not active, or owes no principal, stays as it is."""
    if life.status != "active" or not life.principal_outstanding_minor:
        return
    owed, agreement, about = owed_of(life), fact.agreement, fact.fact_id
    planned = planned_instalments(owed, life.terms, agreement)
    terms = restructured_terms(principal_to_schedule_minor(owed, agreement), life.terms, agreement)
    cut_interest(life)
    old = [line for line in life.lines if line.outstanding_minor or line.due_on > life.on]
    for line in old:
        life.earn(line)
    if fact.settle_for_minor is not None:
        _waive_down_to(life, fact.settle_for_minor, about, old)
    _take_interest(life, fact, old, about)
    _take_charges(life, "fee", fact.fee, old, about)
    _take_charges(life, "penalty", fact.penalty, old, about)
    for line in old:
        _replace_line(line)
    _add_lines(life, planned, about)
    life.terms = terms
    life.began_on = life.on
    life.given_due_dates = () if fact.principal_parts is None else tuple(part.due_on for part in fact.principal_parts)


def _waive_down_to(life: "Life", settlement_minor: int, about: str, old: Sequence[Line]) -> None:
    """Waive penalties first, then fees, interest and at last principal, until no more than the settlement is owed."""
    left_minor = max(0, sum(line.outstanding_minor for line in old) - settlement_minor)
    for component in _GIVEN_UP_IN_ORDER:
        for line in reversed(old):
            left_minor -= life.give_up(line, component, left_minor, "restructure", about)


def _take_interest(life: "Life", fact: Restructured, old: Sequence[Line], about: str) -> None:
    """Outstanding interest leaves the old lines."""
    total_minor = 0
    for line in old:
        owed_minor = line.interest_outstanding_minor
        total_minor += owed_minor
        if fact.interest == "waive":
            line.interest_waived_minor += owed_minor
        else:
            line.interest_minor -= owed_minor
            line.moved_interest_minor += owed_minor
    _book_move(life, fact.interest, AccountCode.INTEREST_RECEIVABLE, total_minor, about)


def _take_charges(life: "Life", kind: ChargeKind, treatment: Treatment, old: Sequence[Line], about: str) -> None:
    """Outstanding fees or penalties leave the old lines."""
    total_minor = 0
    for line in old:
        for item in line.charges_of(kind):
            owed_minor = item.outstanding_minor
            total_minor += owed_minor
            if treatment == "waive":
                item.waived_minor += owed_minor
            else:
                item.amount_minor -= owed_minor
                item.moved_minor += owed_minor
    account = AccountCode.FEE_RECEIVABLE if kind == "fee" else AccountCode.PENALTY_RECEIVABLE
    _book_move(life, treatment, account, total_minor, about)


def _book_move(life: "Life", treatment: Treatment, account: AccountCode, total_minor: int, about: str) -> None:
    """Book what becomes of it; what is carried forward stays where it is in the books."""
    if treatment == "waive":
        life.book("restructure", about, AccountCode.WAIVED, account, total_minor)
    elif treatment == "capitalise":
        life.book("restructure", about, AccountCode.PRINCIPAL_RECEIVABLE, account, total_minor)


def _replace_line(line: Line) -> None:
    line.principal_minor -= line.principal_outstanding_minor
    line.is_replaced = True


def _add_lines(life: "Life", planned: Sequence[PlannedInstalment], about: str) -> None:
    """The new schedule, numbered on from the old one."""
    before = max(line.number for line in life.lines)
    for period, one in enumerate(planned):
        line = Line(
            before + one.number,
            one.due_on,
            one.principal_minor,
            one.interest_minor,
            period,
            carried_interest_minor=one.carried_interest_minor,
        )
        carried: dict[ChargeKind, int] = {"fee": one.fee_minor, "penalty": one.penalty_minor}
        for kind, amount_minor in carried.items():
            if amount_minor:
                charge_id = f"{about}-{kind}-{line.number}"
                line.charges.append(ChargeItem(charge_id, kind, "carried-forward", line.due_on, amount_minor))
        life.lines.append(line)
    life.lines.sort(key=lambda line: (line.due_on, line.number))
