"""Paying early: what ends a loan today, and what a payment beyond what is due does to the rest of the schedule.

Interest that has not accrued is not owed when a loan ends early (China: Civil Code, art. 677). A prepayment takes its
principal off the schedule from today: either the instalments become smaller, or they stay and fewer follow.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from services.ledger.allocation import AllocationLine
from services.ledger.journal import AccountCode
from services.ledger.line_allocation import Spread, pay
from services.ledger.lines import Line
from services.schedules.amortisation import METHODS, Part, Plan, given_principal
from services.schedules.given_schedule import given_plan
from services.schedules.money import divide_half_up
from services.schedules.restructured import accrued_share_minor
from services.schedules.schedule import plan_of

if TYPE_CHECKING:
    from services.ledger.life import Life


def payoff_minor(life: "Life") -> int:
    """What ends the loan today: all principal and charges, and interest due or accrued until today."""
    future = _future(life)
    total_minor = sum([line.outstanding_minor for line in life.lines])
    total_minor -= sum([line.interest_minor - line.carried_interest_minor for line in future])
    if future:
        total_minor += _accrued_of(life, future[0])
    return max(0, total_minor - life.credit_minor)


def cut_interest(life: "Life") -> None:
    """Give up the interest that has not accrued yet. What was paid of it ahead becomes the borrower's credit."""
    for line, accrued_minor in accrued(life):
        line.interest_minor = accrued_minor
        paid_too_much_minor = line.interest_paid_minor - accrued_minor
        if paid_too_much_minor > 0:
            line.interest_paid_minor -= paid_too_much_minor
            line.interest_in_advance_minor -= paid_too_much_minor
            line.in_advance_minor -= paid_too_much_minor
            life.credit_minor += paid_too_much_minor
            life.book(
                "payoff", f"instalment-{line.number}", AccountCode.UNEARNED_INTEREST, AccountCode.BORROWER_CREDIT,
                paid_too_much_minor,
            )  # fmt: skip


def pay_next(life: "Life", spread: Spread) -> Spread:
    """Pay the next instalment with what `spread` left: money that comes when nothing is due is taken to be for it."""
    following = next((line for line in _future(life) if line.outstanding_minor), None)
    if following is None:
        return spread
    agreement = life.agreement
    paid = pay([following], spread.left_minor, life.on, agreement.order, agreement.allocation_by, in_advance=True)
    return Spread(
        (*spread.lines, *paid.lines),
        spread.interest_in_advance_minor + paid.interest_in_advance_minor,
        paid.left_minor,
    )


def prepay(life: "Life", spread: Spread) -> Spread:
    """Repay principal with what `spread` left, and schedule the rest anew; returns the spread with that principal.

    The current period's interest counts the old balance until today and the new one from then on.
    """
    future = _future(life)
    first = next((index for index, line in enumerate(future) if line.outstanding_minor), len(future))
    rest = future[first:]
    if not rest:
        return spread
    owed_minor = sum(line.principal_outstanding_minor for line in rest)
    prepaid_minor = min(spread.left_minor, owed_minor)
    if not prepaid_minor:
        return spread
    current = rest[0]
    accrued_minor = divide_half_up(_accrued_of(life, current) * prepaid_minor, owed_minor)
    parts = _parts(life, rest, owed_minor - prepaid_minor)
    for line, (principal_minor, interest_minor) in zip(rest, parts, strict=True):
        line.principal_minor = line.principal_paid_minor + line.principal_waived_minor + principal_minor
        line.interest_minor = max(line.carried_interest_minor + interest_minor, line.interest_paid_minor)
    current.principal_minor += prepaid_minor
    current.principal_paid_minor += prepaid_minor
    current.in_advance_minor += prepaid_minor
    current.interest_minor += accrued_minor
    for line in rest:
        if not line.outstanding_minor:
            line.paid_on = life.on
    return Spread(
        _with_principal(spread.lines, current.number, prepaid_minor),
        spread.interest_in_advance_minor,
        spread.left_minor - prepaid_minor,
    )


def _future(life: "Life") -> list[Line]:
    return [line for line in life.lines if line.due_on > life.on and not line.is_replaced and line.period is not None]


def accrued(life: "Life") -> list[tuple[Line, int]]:
    """Lines not due yet, each with the interest owed of it if the loan ends today."""
    future = _future(life)
    return [
        (line, line.carried_interest_minor + (_accrued_of(life, line) if line is future[0] else 0)) for line in future
    ]


def _accrued_of(life: "Life", line: Line) -> int:
    """The share of a line's own interest for the days of its period that are over; none of a period to come."""
    before = [one.due_on for one in life.lines if one.due_on < line.due_on and not one.is_replaced]
    start = max([life.began_on, *before])
    own_minor = line.interest_minor - line.carried_interest_minor
    return accrued_share_minor(own_minor, start, line.due_on, life.on)


def _parts(life: "Life", rest: list[Line], principal_minor: int) -> list[Part]:
    """Principal and interest of each remaining line when so much principal is left."""
    whole = given_plan(life.terms, life.given_due_dates) if life.given_due_dates else plan_of(life.terms)
    skipped = rest[0].period or 0
    plan = replace(
        whole,
        principal_minor=principal_minor,
        balloon_minor=min(whole.balloon_minor, principal_minor),
        weights=whole.weights[skipped:],
        principal_grace=max(0, whole.principal_grace - skipped),
    )
    if life.given_due_dates:
        return _smaller_parts(plan, rest, fewer=life.agreement.early_repayment == "reduce_term")
    if life.terms.method == "flat":
        return _taken_from_the_end(rest, principal_minor)
    if life.agreement.early_repayment == "reduce_term" and life.terms.method in ("equal_instalment", "equal_principal"):
        return _fewer(plan, rest, by_instalment=life.terms.method == "equal_instalment")
    return METHODS[life.terms.method](plan)


def _fewer(plan: Plan, rest: list[Line], *, by_instalment: bool) -> list[Part]:
    """Instalments (or their principal) as large as before until nothing is left; grace stays as agreed."""
    wanted = rest[min(max(1, plan.principal_grace), len(rest) - 1)]
    amount_minor = wanted.principal_minor + (wanted.interest_minor if by_instalment else 0)
    balance_minor = plan.principal_minor
    parts = []
    for index, weight in enumerate(plan.weights):
        interest_minor = plan.divide(balance_minor * weight, plan.weight_of_one)
        wanted_minor = amount_minor - interest_minor if by_instalment else amount_minor
        if index < plan.principal_grace:
            wanted_minor = 0
        is_last = index == len(plan.weights) - 1
        principal_minor = balance_minor if is_last else min(max(wanted_minor, 0), balance_minor)
        balance_minor -= principal_minor
        parts.append((principal_minor, interest_minor))
    return parts


def _smaller_parts(plan: Plan, rest: list[Line], *, fewer: bool) -> list[Part]:
    """Given parts of principal: those left stay as they are until nothing is left, or all become smaller alike."""
    parts_minor = [line.principal_outstanding_minor for line in rest]
    if not fewer:
        whole_minor = sum(parts_minor)
        parts_minor = [plan.divide(part_minor * plan.principal_minor, whole_minor) for part_minor in parts_minor]
    return given_principal(plan, parts_minor)


def _taken_from_the_end(rest: list[Line], principal_minor: int) -> list[Part]:
    """Flat interest stays as agreed; what was prepaid is taken off the last instalments."""
    parts = []
    for line in rest:
        part_minor = min(line.principal_outstanding_minor, principal_minor)
        principal_minor -= part_minor
        parts.append((part_minor, line.interest_minor - line.carried_interest_minor))
    return parts


def _with_principal(lines: tuple[AllocationLine, ...], number: int, amount_minor: int) -> tuple[AllocationLine, ...]:
    by_number = {line.number: line for line in lines}
    before = by_number.get(number, AllocationLine(number, 0, 0, 0, 0))
    by_number[number] = before._replace(principal_minor=before.principal_minor + amount_minor)
    return tuple(by_number[number] for number in sorted(by_number))
