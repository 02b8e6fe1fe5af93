"""Working out JSON cases of `replay_cases`: how each payment was split, and how each instalment stands.

Each check is worked out from nothing, with all actions before it. A payment counts on the day it was made for, however
late it came, and a reversed one as if it had never been. A charge belongs to the loan from the start: also payments
that came before it are split anew, as Apache Fineract does. Charges due after the last instalment make one more, due
with the last of them.
"""

from collections.abc import Sequence
from typing import Any

from services.json_cases import CaseRefused, shown
from services.ledger.agreement import Agreement
from services.ledger.case_values import amount_text, minor_of
from services.ledger.facts import Charged, Fact, Paid, undone
from services.ledger.life import Life, live
from services.ledger.lines import Line
from services.ledger.replay_cases import Action, Charge, Check, Pay, ReplayCase, Reverse, read_case
from services.schedules.schedule import Instalment, InvalidTerms, LoanTerms, build_schedule

_COMPONENTS = ("principal", "interest", "fee", "penalty")


def with_checks(case: object) -> dict[str, Any]:
    """The case with the `allocations` and `instalments` of its checks worked out. Raises CaseRefused."""
    known = read_case(case)
    assert isinstance(case, dict)
    told = [dict(check) for check in case.get("checks", [])]
    for check, answer in zip(told, replayed(known), strict=True):
        check.update(answer)
    return {**case, "checks": told}


def replayed(case: ReplayCase) -> list[dict[str, Any]]:
    """What each check asks for, by name. Raises CaseRefused."""
    agreement = Agreement(case.loan.terms(), case.allocation.order())
    try:
        schedule = build_schedule(agreement.terms)
    except InvalidTerms as error:
        raise case.loan.refused(error) from None
    _facts(case.actions, agreement.terms)
    for index, check in enumerate(case.checks):
        if not 0 <= check.after <= len(case.actions):
            raise CaseRefused(f"checks[{index}].after {check.after}: must be from 0 to {len(case.actions)}")
    return [_answer(case.actions[: check.after], agreement, schedule, check) for check in case.checks]


def _answer(
    actions: Sequence[Action], agreement: Agreement, schedule: Sequence[Instalment], check: Check
) -> dict[str, Any]:
    facts = _facts(actions, agreement.terms)
    days = [agreement.terms.disbursed_on, *(action.today for action in actions), *(fact.on for fact in facts)]
    life = live(agreement, _with_late_charges(schedule, facts), facts, max([check.today or max(days), *days]))
    currency = agreement.terms.currency
    answers = {
        "allocations": lambda: _allocations(life, currency),
        "instalments": lambda: [_instalment(line, currency) for line in life.lines],
    }
    return {name: answers[name]() for name in check.asks_for}


def _with_late_charges(schedule: Sequence[Instalment], facts: Sequence[Fact]) -> tuple[Instalment, ...]:
    """The schedule, and an instalment for the charges that are due after its last."""
    last = schedule[-1]
    latest = max((fact.due_on for fact in facts if isinstance(fact, Charged)), default=last.due_on)
    if latest <= last.due_on:
        return tuple(schedule)
    return (*schedule, Instalment(last.number + 1, latest, 0, 0))


def _facts(actions: Sequence[Action], terms: LoanTerms) -> list[Fact]:
    facts: list[Fact] = []
    for number, action in enumerate(actions):
        where = f"actions[{number}]"
        match action:
            case Reverse():
                _undo(facts, action, where)
            case Pay():
                facts.append(_paid(action, number, terms))
            case Charge():
                facts.append(_charged(action, number, terms))
    return facts


def _paid(action: Pay, number: int, terms: LoanTerms) -> Paid:
    where = f"actions[{number}]"
    if action.on < terms.disbursed_on:
        raise CaseRefused(f"{where}.on {shown(action.on)}: is before disbursal on {terms.disbursed_on}")
    if action.on > action.today:
        raise CaseRefused(f"{where}.on {shown(action.on)}: is after today, {action.today}")
    return Paid(fact_id=f"{number:06}", on=action.on, amount_minor=_amount_minor(action, where, terms))


def _charged(action: Charge, number: int, terms: LoanTerms) -> Charged:
    where = f"actions[{number}]"
    for key, day in (("today", action.today), ("due_on", action.due_on)):
        if day < terms.disbursed_on:
            raise CaseRefused(f"{where}.{key} {shown(day)}: is before disbursal on {terms.disbursed_on}")
    # The id puts charges in the order of their due dates: money for one kind of them pays the oldest first.
    return Charged(
        fact_id=f"{action.due_on}-{number:06}", on=terms.disbursed_on, kind=action.kind,
        amount_minor=_amount_minor(action, where, terms), due_on=action.due_on,
    )  # fmt: skip


def _amount_minor(action: Pay | Charge, where: str, terms: LoanTerms) -> int:
    if action.currency not in (None, terms.currency):
        raise CaseRefused(f"{where}.currency {shown(action.currency)}: is not the loan's, {terms.currency}")
    amount_minor = minor_of(f"{where}.amount", action.amount, terms.currency)
    if amount_minor <= 0:
        raise CaseRefused(f"{where}.amount {shown(action.amount)}: must be above zero")
    return amount_minor


def _undo(facts: list[Fact], action: Reverse, where: str) -> None:
    wanted = f"{action.payment:06}"
    for index, fact in enumerate(facts):
        if fact.fact_id != wanted or not isinstance(fact, Paid):
            continue
        if fact.is_undone:
            raise CaseRefused(f"{where}.payment {action.payment}: is reversed already")
        if action.today < fact.on:
            raise CaseRefused(f"{where}.today {shown(action.today)}: is before the payment on {fact.on}")
        facts[index] = undone(fact)
        return
    raise CaseRefused(f"{where}.payment {action.payment}: is the number of no payment made before")


def _allocations(life: Life, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "payment": int(payment_id),
            **{name: amount_text(getattr(allocation, f"{name}_minor"), currency) for name in _COMPONENTS},
        }
        for payment_id, allocation in sorted(life.allocations.items())
    ]


def _instalment(line: Line, currency: str) -> dict[str, Any]:
    amounts = {
        "principal": line.principal_minor,
        "interest": line.interest_minor,
        "fee": line.charged_minor("fee"),
        "penalty": line.charged_minor("penalty"),
        "paid": line.paid_minor,
        "in_advance": line.in_advance_minor,
        "late": line.late_minor,
        "outstanding": line.outstanding_minor,
    }
    return {
        "due_on": line.due_on.isoformat(),
        **{name: amount_text(amount_minor, currency) for name, amount_minor in amounts.items()},
        "paid_on": None if line.paid_on is None else line.paid_on.isoformat(),
    }
