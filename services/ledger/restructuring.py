"""A new schedule for what is owed, agreed with the borrower; the old lines stay, and owe nothing any more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from services.ledger.allocation import COMPONENTS
from services.ledger.early_repayment import cut_interest, payoff_minor
from services.ledger.facts import ChargeKind, DueDateChanged, Restructured
from services.ledger.journal import AccountCode
from services.ledger.lines import ChargeItem, Line, scheduled_lines
from services.schedules.schedule import LoanTerms, build_schedule

if TYPE_CHECKING:
    from services.ledger.life import Life

_GIVEN_UP_IN_ORDER: Final = COMPONENTS
_CHARGE_KINDS: Final[tuple[ChargeKind, ...]] = ("fee", "penalty")


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


def owed_minor(life: "Life") -> int:
    """All that is owed today: what is due, all principal, and interest accrued so far."""
    return payoff_minor(life) + life.credit_minor


def restructure(life: "Life", fact: Restructured) -> None:
    """Replace all unpaid lines by a new schedule; a loan that is not active, or owes no principal, stays as it is."""
    if life.status != "active" or not life.principal_outstanding_minor:
        return
    about = fact.fact_id
    cut_interest(life)
    old = [line for line in life.lines if line.outstanding_minor or line.due_on > life.on]
    for line in old:
        life.earn(line)
    if fact.settle_for_minor is not None:
        _waive_down_to(life, fact.settle_for_minor, fact.fact_id, old)
    carried = {
        "interest": _take_interest(life, fact, old, about),
        "fee": _take_charges(life, "fee", fact.fee, old, about),
        "penalty": _take_charges(life, "penalty", fact.penalty, old, about),
    }
    principal_minor = sum(line.principal_outstanding_minor for line in old) + sum(
        amount for amount, is_principal in carried.values() if is_principal
    )
    if not principal_minor:
        return
    terms = new_terms(life, fact, principal_minor)
    for line in old:
        _replace_line(line)
    _add_lines(life, terms, {kind: 0 if is_principal else amount for kind, (amount, is_principal) in carried.items()},
               about)  # fmt: skip
    life.terms = terms
    life.began_on = life.on


def new_terms(life: "Life", fact: Restructured, principal_minor: int) -> LoanTerms:
    """The terms of the new schedule. Raises InvalidTerms."""
    rate = life.terms.annual_rate_percent if fact.annual_rate_percent is None else fact.annual_rate_percent
    return replace(
        life.terms,
        principal_minor=principal_minor,
        annual_rate_percent=rate,
        number_of_instalments=fact.number_of_instalments,
        every=fact.every or life.terms.every,
        disbursed_on=life.on,
        first_due_on=fact.first_due_on,
        due_day_of_month=None,
        principal_grace_instalments=0,
        interest_grace_instalments=0,
        balloon_minor=0,
        down_payment_minor=0,
    )


def _waive_down_to(life: "Life", settlement_minor: int, about: str, old: Sequence[Line]) -> None:
    """Waive penalties first, then fees, interest and at last principal, until no more than the settlement is owed."""
    left_minor = max(0, sum(line.outstanding_minor for line in old) - settlement_minor)
    for component in _GIVEN_UP_IN_ORDER:
        for line in reversed(old):
            left_minor -= life.give_up(line, component, left_minor, "restructure", about)


def _take_interest(life: "Life", fact: Restructured, old: Sequence[Line], about: str) -> tuple[int, bool]:
    """Outstanding interest leaves the old lines; returns how much goes on, and whether as principal."""
    total_minor = 0
    for line in old:
        owed_minor = line.interest_outstanding_minor
        total_minor += owed_minor
        if fact.interest == "waive":
            line.interest_waived_minor += owed_minor
        else:
            line.interest_minor -= owed_minor
            line.moved_interest_minor += owed_minor
    return _moved(life, fact.interest, AccountCode.INTEREST_RECEIVABLE, total_minor, about)


def _take_charges(life: "Life", kind: ChargeKind, treatment: str, old: Sequence[Line], about: str) -> tuple[int, bool]:
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
    return _moved(life, treatment, account, total_minor, about)


def _moved(life: "Life", treatment: str, account: AccountCode, total_minor: int, about: str) -> tuple[int, bool]:
    if treatment == "waive":
        life.book("restructure", about, AccountCode.WAIVED, account, total_minor)
        return 0, False
    if treatment == "capitalise":
        life.book("restructure", about, AccountCode.PRINCIPAL_RECEIVABLE, account, total_minor)
        return total_minor, True
    return total_minor, False


def _replace_line(line: Line) -> None:
    line.principal_minor -= line.principal_outstanding_minor
    line.is_replaced = True


def _add_lines(life: "Life", terms: LoanTerms, carried: dict[str, int], about: str) -> None:
    """The new schedule; what is carried forward is spread equally, the last line takes the rounding."""
    first = max(line.number for line in life.lines) + 1
    lines = scheduled_lines(terms, build_schedule(terms), first)
    count = len(lines)
    for index, line in enumerate(lines):
        shares = {
            kind: amount - amount // count * (count - 1) if index == count - 1 else amount // count
            for kind, amount in carried.items()
        }
        line.carried_interest_minor = shares["interest"]
        line.interest_minor += shares["interest"]
        for kind in _CHARGE_KINDS:
            if shares[kind]:
                charge_id = f"{about}-{kind}-{line.number}"
                line.charges.append(ChargeItem(charge_id, kind, "carried-forward", line.due_on, shares[kind]))
    life.lines += lines
    life.lines.sort(key=lambda line: (line.due_on, line.number))
