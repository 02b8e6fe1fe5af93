"""Schedules as JSON cases: the terms of a loan, and the instalments that they give.

The vocabulary is that of tests/golden/schedules.json: amounts are decimal text in whole units of the currency. A case
may have any further term of `LoanTerms` by its name, amounts without `_minor` (`balloon`, `down_payment`,
`rounding_unit`), and a `product` by id@version, which then decides what the case leaves out.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from services.ledger.money import MoneyError, UnknownCurrency, to_decimal, to_minor
from services.ledger.product_catalogue import ProductCatalogue, UnknownProduct
from services.ledger.schedule import Instalment, InvalidTerms, build_schedule

Case = dict[str, Any]

_AMOUNTS: Final = {
    "principal": "principal_minor",
    "balloon": "balloon_minor",
    "down_payment": "down_payment_minor",
    "rounding_unit": "rounding_unit_minor",
}
_KEY_OF_FIELD: Final = {field: key for key, field in _AMOUNTS.items()}
_NO_TERMS: Final = frozenset({"source", "instalments", "product"})
_PLAIN_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CaseRefused(ValueError):
    """A case that no schedule can be built from; the message names the key, its value and the reason."""


def _decimal_text(value: object) -> object:
    """JSON numbers are taken as written."""
    text = str(value) if type(value) in (int, float) else value
    if isinstance(text, str) and not _PLAIN_DECIMAL.fullmatch(text):
        raise PydanticCustomError("decimal", "is no plain decimal number such as 12.50")
    return text


def _calendar_date(value: object) -> object:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise PydanticCustomError("date", "is no date such as 2024-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "is no day of the calendar") from None


DecimalText = Annotated[str, BeforeValidator(_decimal_text)]
CalendarDate = Annotated[date, BeforeValidator(_calendar_date)]


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
        raise CaseRefused(f"a case must be an object, not {_shown(case)}")
    given = _given(case)
    try:
        product = products.named(given.product)
        terms = product.terms_with(_as_fields(given))
        schedule = build_schedule(terms)
    except UnknownProduct as error:
        raise CaseRefused(
            f"product {_shown(error.reference)}: is unknown; known are {', '.join(error.known)}"
        ) from None
    except UnknownCurrency as error:
        raise CaseRefused(f"currency {_shown(error.currency)}: is unknown") from None
    except InvalidTerms as error:
        key = _KEY_OF_FIELD.get(error.field, error.field)
        raise CaseRefused(f"{key} {_shown(case.get(key, error.value))}: {error.reason}") from None
    lines = _lines(schedule, terms.principal_minor, terms.currency)
    return {**{key: value for key, value in case.items() if key != "instalments"}, "instalments": lines}


def _given(case: Case) -> _CaseTerms:
    every = case.get("every")
    try:
        return _CaseTerms.model_validate({**case, "every": tuple(every)} if isinstance(every, list) else case)
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors(include_url=False)]
        raise CaseRefused("; ".join(faults)) from None


def _fault(detail: ErrorDetails) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f"{key}: is missing"
    if detail["type"] == "extra_forbidden":
        return f"{key}: is no key of a case"
    return f"{key} {_shown(detail['input'])}: {detail['msg']}"


def _as_fields(given: _CaseTerms) -> Mapping[str, Any]:
    """What the case gives, as fields of `LoanTerms`."""
    values = {name: getattr(given, name) for name in _CaseTerms.model_fields if name not in _NO_TERMS}
    fields: dict[str, Any] = {}
    for key, value in values.items():
        if value is None:
            continue
        if key in _AMOUNTS:
            fields[_AMOUNTS[key]] = _minor(key, value, given.currency)
        else:
            fields[key] = Decimal(value) if key == "annual_rate_percent" else value
    return fields


def _minor(key: str, text: str, currency: str) -> int:
    try:
        return to_minor(text, currency)
    except UnknownCurrency:
        raise
    except MoneyError as error:
        raise CaseRefused(f"{key}: {error}") from None


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


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount as the golden files write it: without zeros at the end, but with one decimal at least."""
    whole, _, decimals = f"{to_decimal(amount_minor, currency):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
