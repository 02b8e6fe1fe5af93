"""Schedules as JSON cases: the terms of a loan, and the instalments that they give.

The vocabulary is that of tests/golden/schedules.json: amounts are decimal text in whole units of the currency. A case
may have any further term of `LoanTerms` by its name, amounts without `_minor` (`balloon`, `down_payment`,
`rounding_unit`), and a `product` by id@version, which then decides what the case leaves out.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from services.json_cases import CalendarDate, CaseRefused, DecimalText, fault_text, shown
from services.ledger.case_values import amount_text, minor_of
from services.ledger.product_catalogue import ProductCatalogue, UnknownProduct
from services.schedules.money import UnknownCurrency
from services.schedules.schedule import Instalment, InvalidTerms, build_schedule

Case = dict[str, Any]

_AMOUNTS: Final = {
    "principal": "principal_minor",
    "balloon": "balloon_minor",
    "down_payment": "down_payment_minor",
    "rounding_unit": "rounding_unit_minor",
}
_KEY_OF_FIELD: Final = {field: key for key, field in _AMOUNTS.items()}
_NO_TERMS: Final = frozenset({"source", "instalments", "product"})


class _CaseTerms(BaseModel):
    """The keys of a case, with types only: what values hold is for `LoanTerms` to say."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: Any = None
    instalments: Any = None
    product: str | None = None
    principal: DecimalText
    currency: str
    annual_rate_percent: DecimalText
    number_of_instalments: int
    disbursed_on: CalendarDate
    method: str | None = None
    day_count: str | None = None
    every: tuple[int, str] | None = None
    first_due_on: CalendarDate | None = None
    due_day_of_month: int | None = None
    minimum_days_to_first_due: int | None = None
    keeps_month_end: bool | None = None
    country: str | None = None
    subdivision: str | None = None
    non_working_days: str | None = None
    interest_on_adjusted_dates: bool | None = None
    principal_grace_instalments: int | None = None
    interest_grace_instalments: int | None = None
    interest_grace: str | None = None
    rounding_mode: str | None = None
    rounding_unit: DecimalText | None = None
    balloon: DecimalText | None = None
    down_payment: DecimalText | None = None


def with_instalments(case: object, products: ProductCatalogue) -> Case:
    """The case with `instalments` worked out. Raises CaseRefused."""
    if not isinstance(case, dict):
        raise CaseRefused(f"a case must be an object, not {shown(case)}")
    given = _given(case)
    try:
        product = products.named(given.product)
        terms = product.terms_with(_as_fields(given))
        schedule = build_schedule(terms)
    except UnknownProduct as error:
        raise CaseRefused(f"product {shown(error.reference)}: is unknown; known are {', '.join(error.known)}") from None
    except UnknownCurrency as error:
        raise CaseRefused(f"currency {shown(error.currency)}: is unknown") from None
    except InvalidTerms as error:
        key = _KEY_OF_FIELD.get(error.field, error.field)
        raise CaseRefused(f"{key} {shown(case.get(key, error.value))}: {error.reason}") from None
    lines = _lines(schedule, terms.principal_minor, terms.currency)
    return {**{key: value for key, value in case.items() if key != "instalments"}, "instalments": lines}


def _given(case: Case) -> _CaseTerms:
    every = case.get("every")
    try:
        return _CaseTerms.model_validate({**case, "every": tuple(every)} if isinstance(every, list) else case)
    except ValidationError as error:
        faults = [fault_text(detail) for detail in error.errors(include_url=False)]
        raise CaseRefused("; ".join(faults)) from None


def _as_fields(given: _CaseTerms) -> Mapping[str, Any]:
    """What the case gives, as fields of `LoanTerms`."""
    values = {name: getattr(given, name) for name in _CaseTerms.model_fields if name not in _NO_TERMS}
    fields: dict[str, Any] = {}
    for key, value in values.items():
        if value is None:
            continue
        if key in _AMOUNTS:
            fields[_AMOUNTS[key]] = minor_of(key, value, given.currency)
        else:
            fields[key] = Decimal(value) if key == "annual_rate_percent" else value
    return fields


def _lines(schedule: tuple[Instalment, ...], principal_minor: int, currency: str) -> list[dict[str, str]]:
    lines = []
    balance_minor = principal_minor
    for line in schedule:
        balance_minor -= line.principal_minor
        lines.append(
            {
                "due_on": line.due_on.isoformat(),
                "principal": amount_text(line.principal_minor, currency),
                "interest": amount_text(line.interest_minor, currency),
                "due": amount_text(line.principal_minor + line.interest_minor, currency),
                "balance": amount_text(balance_minor, currency),
            }
        )
    return lines
