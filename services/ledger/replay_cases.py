"""Loans as JSON cases: terms, an allocation order, dated actions, and what must hold after so many of them.

The vocabulary is that of tests/golden/allocations.json; amounts are decimal text in whole units of the currency. An
action's `today` is the business date on which it is made; `on` the day a payment counts.
"""

import json
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.json_cases import CalendarDate, CaseRefused, DecimalText, fault_text, shown
from services.ledger.allocation import AllocationOrder, Component, InvalidOrder
from services.ledger.case_values import minor_of
from services.schedules.money import UnknownCurrency
from services.schedules.schedule import InvalidTerms, LoanTerms

_METHODS: Final = {"flat": "flat", "declining_balance": "equal_instalment"}
_KEY_OF_FIELD: Final = {
    "principal_minor": "principal",
    "number_of_instalments": "instalments",
    "method": "interest_method",
}
_ACTIONS: Final = ("pay", "charge", "reverse")


class _CaseModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CaseLoan(_CaseModel):
    """Terms, with types only: what values hold is for `LoanTerms` to say."""

    principal: DecimalText
    currency: str
    annual_rate_percent: DecimalText
    interest_method: Literal["flat", "declining_balance"] = "flat"
    instalments: int
    every: tuple[int, str]
    day_count: str = "30/360"
    disbursed_on: CalendarDate

    def terms(self) -> LoanTerms:
        """Raises CaseRefused."""
        try:
            return LoanTerms(
                principal_minor=minor_of("loan.principal", self.principal, self.currency),
                currency=self.currency,
                annual_rate_percent=Decimal(self.annual_rate_percent),
                method=_METHODS[self.interest_method],  # type: ignore[arg-type]
                number_of_instalments=self.instalments,
                every=self.every,  # type: ignore[arg-type]
                day_count=self.day_count,  # type: ignore[arg-type]
                disbursed_on=self.disbursed_on,
            )
        except UnknownCurrency as error:
            raise CaseRefused(f"loan.currency {shown(error.currency)}: is unknown") from None
        except InvalidTerms as error:
            raise self.refused(error) from None

    def refused(self, error: InvalidTerms) -> CaseRefused:
        """The same fault in the words of a case."""
        key = _KEY_OF_FIELD.get(error.field, error.field)
        return CaseRefused(f"loan.{key} {shown(getattr(self, key, error.value))}: {error.reason}")


class CaseOrder(_CaseModel):
    """Which component is paid first, of what is due and of what is not due yet."""

    due: tuple[Component, ...]
    in_advance: tuple[Component, ...]

    def order(self) -> AllocationOrder:
        """Raises CaseRefused unless each names every component once."""
        try:
            return AllocationOrder(self.due, self.in_advance)
        except InvalidOrder as error:
            reason = "must name penalty, fee, interest and principal, each once"
            raise CaseRefused(f"allocation.{error.field} {shown(list(error.value))}: {reason}") from None


class Pay(_CaseModel):
    """A payment. `currency` may be left out: it is the loan's."""

    do: Literal["pay"]
    today: CalendarDate
    on: CalendarDate
    amount: DecimalText
    currency: str | None = None


class Charge(_CaseModel):
    """A penalty or a fee, payable on `due_on`."""

    do: Literal["charge"]
    today: CalendarDate
    kind: Literal["penalty", "fee"]
    due_on: CalendarDate
    amount: DecimalText
    currency: str | None = None


class Reverse(_CaseModel):
    """Undo the payment made by action number `payment`, counted from 0."""

    do: Literal["reverse"]
    today: CalendarDate
    payment: int


Action = Annotated[Pay | Charge | Reverse, Field(discriminator="do")]


class Check(BaseModel):
    """What is asked after so many actions: how payments were split, or how the instalments stand on `today`."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    after: int
    today: CalendarDate | None = None
    allocations: Any = None
    instalments: Any = None

    @property
    def asks_for(self) -> tuple[str, ...]:
        """What it names; a check that names neither asks for instalments if it has a `today`, else for allocations."""
        named = tuple(name for name in ("allocations", "instalments") if name in self.model_fields_set)
        return named or (("allocations",) if self.today is None else ("instalments",))


class ReplayCase(_CaseModel):
    """One loan's story."""

    source: Any = None
    loan: CaseLoan
    allocation: CaseOrder
    actions: tuple[Action, ...] = ()
    checks: tuple[Check, ...] = ()


def read_case(case: object) -> ReplayCase:
    """The case in a JSON value. Raises CaseRefused."""
    if not isinstance(case, dict):
        raise CaseRefused(f"a case must be an object, not {shown(case)}")
    try:
        return ReplayCase.model_validate_json(json.dumps(case))
    except ValidationError as error:
        faults = [_fault(case, detail) for detail in error.errors(include_url=False)]
        raise CaseRefused("; ".join(faults)) from None


def _fault(case: dict[str, Any], detail: Any) -> str:
    place = detail["loc"]
    if detail["type"] == "union_tag_not_found" and isinstance(detail["input"], dict):
        return f"actions[{place[1]}].do: is missing"
    if detail["type"] == "union_tag_invalid":
        given = case["actions"][place[1]]["do"]
        return f"actions[{place[1]}].do {shown(given)}: is no action; known are {', '.join(_ACTIONS)}"
    return fault_text(detail, _ACTIONS)
