"""What a loan's state does not allow on the day of a fact."""

from typing import TYPE_CHECKING

from services.ledger import restructuring
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    Paid,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
)
from services.schedules.restructured import check_plan

if TYPE_CHECKING:
    from services.ledger.life import Life


class FactRefused(ValueError):
    """A fact that the loan's state on its day does not allow: `field` has a `value` that is refused for `reason`."""

    def __init__(self, fact: Fact, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value!r}: {reason}")
        self.fact = fact
        self.field = field
        self.value = value
        self.reason = reason


def check(life: "Life", fact: Fact) -> None:
    """Refuse a fact that the loan, brought to the fact's day, does not allow. Raises FactRefused, InvalidTerms."""
    match fact:
        case Paid():
            _amount_from_one(fact, fact.amount_minor, None, "")
        case Charged():
            _amount_from_one(fact, fact.amount_minor, None, "")
            if life.is_written_off:
                raise FactRefused(fact, "loan", life.status, "a loan written off is charged no more")
        case ChargedBack():
            _check_chargeback(life, fact)
        case Refunded():
            _amount_from_one(fact, fact.amount_minor, life.credit_minor, "the borrower's credit")
        case Waived():
            _check_waiver(life, fact)
        case DueDateChanged():
            _check_due_date(life, fact)
        case Restructured():
            _check_restructuring(life, fact)
        case WrittenOff():
            _is_active(life, fact)


def _is_active(life: "Life", fact: Fact) -> None:
    if life.status != "active":
        raise FactRefused(fact, "loan", life.status, "is not active")


def _amount_from_one(fact: Fact, amount_minor: int, maximum_minor: int | None, whose: str) -> None:
    if amount_minor <= 0:
        raise FactRefused(fact, "amount_minor", amount_minor, "must be above zero")
    if maximum_minor is not None and amount_minor > maximum_minor:
        raise FactRefused(fact, "amount_minor", amount_minor, f"is more than {whose}, {maximum_minor}")


def _check_chargeback(life: "Life", fact: ChargedBack) -> None:
    allocation = life.allocations.get(fact.payment_id)
    if allocation is None:
        raise FactRefused(fact, "payment_id", fact.payment_id, "no such payment counts on that day")
    _amount_from_one(fact, fact.amount_minor, allocation.totals.amount_minor, "the payment")


def _check_waiver(life: "Life", fact: Waived) -> None:
    numbers = {line.number for line in life.lines}
    if fact.instalment_number is not None and fact.instalment_number not in numbers:
        raise FactRefused(fact, "instalment_number", fact.instalment_number, "there is no such instalment")
    lines = [line for line in life.lines if fact.instalment_number in (None, line.number)]
    owed_minor = sum(line.component_outstanding_minor(fact.component) for line in lines)
    if not owed_minor:
        raise FactRefused(fact, "component", fact.component, "nothing of it is owed")
    if fact.amount_minor is not None:
        _amount_from_one(fact, fact.amount_minor, owed_minor, f"the {fact.component} owed")


def _check_due_date(life: "Life", fact: DueDateChanged) -> None:
    line = restructuring.movable_line(life, fact)
    if line is None:
        raise FactRefused(fact, "instalment_number", fact.instalment_number, "no such instalment is still to come")
    earliest = restructuring.day_before(life, line)
    if fact.due_on <= earliest:
        raise FactRefused(fact, "due_on", str(fact.due_on), f"must be after {earliest}")


def _check_restructuring(life: "Life", fact: Restructured) -> None:
    _is_active(life, fact)
    if not life.principal_outstanding_minor:
        raise FactRefused(fact, "loan", life.principal_outstanding_minor, "there is no principal left to schedule")
    check_plan(restructuring.owed_of(life), life.terms, fact.agreement)
