"""Loans as JSON cases: terms, an allocation order, dated actions, and what must hold after so many of them.

The vocabulary is that of tests/golden/allocations.json. An action's `today` is the business date on which it is made;
`on` the day a payment counts. A charge counts from `today`, or from its due date if that is earlier.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.ledger.agreement import Agreement
from services.ledger.allocation import AllocationOrder, Component
from services.ledger.facts import Charged, Fact, Paid, undone
from services.ledger.life import Life, live
from services.ledger.lines import Line
from services.ledger.money import to_decimal, to_minor
from services.ledger.schedule import LoanTerms, PeriodUnit, build_schedule


class _CaseModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseLoan(_CaseModel):
    """Terms; amounts are decimal text in whole units of the currency."""

    principal: str
    currency: str
    annual_rate_percent: Decimal
    interest_method: Literal["flat", "declining_balance"] = "flat"
    instalments: int
    every: tuple[int, PeriodUnit]
    day_count: Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"] = "30/360"
    disbursed_on: date

    def terms(self) -> LoanTerms:
        """Raises InvalidTerms, MoneyError."""
        return LoanTerms(
            principal_minor=to_minor(self.principal, self.currency),
            currency=self.currency,
            annual_rate_percent=self.annual_rate_percent,
            method="flat" if self.interest_method == "flat" else "equal_instalment",
            number_of_instalments=self.instalments,
            every=self.every,
            day_count=self.day_count,
            disbursed_on=self.disbursed_on,
        )


class CaseOrder(_CaseModel):
    """Which component is paid first, of what is due and of what is not due yet."""

    due: tuple[Component, ...]
    in_advance: tuple[Component, ...]


class Pay(_CaseModel):
    do: Literal["pay"]
    today: date
    on: date
    amount: str


class Charge(_CaseModel):
    do: Literal["charge"]
    today: date
    kind: Literal["penalty", "fee"]
    due_on: date
    amount: str


class Reverse(_CaseModel):
    """Undo the payment made by action number `payment`, counted from 0."""

    do: Literal["reverse"]
    today: date
    payment: int


Action = Annotated[Pay | Charge | Reverse, Field(discriminator="do")]


class Check(BaseModel):
    """After so many actions: the allocations, or the instalments on `today`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    after: int
    today: date | None = None
    allocations: Any = None
    instalments: Any = None


class ReplayCase(_CaseModel):
    """One loan's story."""

    source: str | None = None
    loan: CaseLoan
    allocation: CaseOrder
    actions: tuple[Action, ...]
    checks: tuple[Check, ...] = ()


class CaseRefused(ValueError):
    """An action of a case cannot be: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value!r}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


def replayed(case: ReplayCase) -> list[dict[str, Any]]:
    """The case's checks with `allocations` and `instalments` worked out.

    Raises CaseRefused, FactRefused, InvalidTerms, InvalidOrder, MoneyError.
    """
    order = AllocationOrder(case.allocation.due, case.allocation.in_advance)
    agreement = Agreement(case.loan.terms(), order)
    return [_check(case, agreement, check) for check in case.checks]


def _check(case: ReplayCase, agreement: Agreement, check: Check) -> dict[str, Any]:
    if not 0 <= check.after <= len(case.actions):
        raise CaseRefused("checks.after", check.after, f"must be from 0 to {len(case.actions)}")
    actions = case.actions[: check.after]
    facts = _facts(actions, agreement)
    today = check.today or max([agreement.terms.disbursed_on, *(action.today for action in actions)])
    life = live(agreement, build_schedule(agreement.terms), facts, today)
    told = check.model_dump(mode="json", exclude_unset=True)
    if "allocations" in told:
        told["allocations"] = _allocations(life, agreement.terms.currency)
    if "instalments" in told:
        told["instalments"] = [_instalment(line, agreement.terms.currency) for line in life.lines]
    return told


def _facts(actions: tuple[Action, ...], agreement: Agreement) -> list[Fact]:
    currency, disbursed_on = agreement.terms.currency, agreement.terms.disbursed_on
    facts: list[Fact] = []
    for number, action in enumerate(actions):
        where = f"actions.{number}"
        if isinstance(action, Reverse):
            _undo(facts, action, where)
            continue
        amount_minor = to_minor(action.amount, currency)
        if amount_minor <= 0:
            raise CaseRefused(f"{where}.amount", action.amount, "must be above zero")
        fact_id = f"{number:06}"
        if isinstance(action, Pay):
            if action.on < disbursed_on:
                raise CaseRefused(f"{where}.on", str(action.on), f"is before disbursal on {disbursed_on}")
            if action.on > action.today:
                raise CaseRefused(f"{where}.on", str(action.on), f"is after today, {action.today}")
            facts.append(Paid(fact_id=fact_id, on=action.on, amount_minor=amount_minor))
        else:
            on = max(disbursed_on, min(action.today, action.due_on))
            facts.append(
                Charged(fact_id=fact_id, on=on, kind=action.kind, amount_minor=amount_minor, due_on=action.due_on)
            )
    return facts


def _undo(facts: list[Fact], action: Reverse, where: str) -> None:
    wanted = f"{action.payment:06}"
    for index, fact in enumerate(facts):
        if fact.fact_id != wanted or not isinstance(fact, Paid):
            continue
        if fact.is_undone:
            raise CaseRefused(f"{where}.payment", action.payment, "is reversed already")
        facts[index] = undone(fact)
        return
    raise CaseRefused(f"{where}.payment", action.payment, "is not a payment made before")


def _allocations(life: Life, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "payment": int(payment_id),
            **{
                component: _text(getattr(allocation, f"{component}_minor"), currency)
                for component in ("principal", "interest", "fee", "penalty")
            },
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
        **{name: _text(amount_minor, currency) for name, amount_minor in amounts.items()},
        "paid_on": None if line.paid_on is None else line.paid_on.isoformat(),
    }


def _text(amount_minor: int, currency: str) -> str:
    """As the cases print amounts: at least one decimal, no more than needed."""
    text = f"{to_decimal(amount_minor, currency).normalize():f}"
    return text if "." in text else f"{text}.0"
