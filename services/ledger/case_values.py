"""Values of JSON cases: how amounts and dates are read and written, and what is said of those that cannot be."""

import json
import re
from collections.abc import Container
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_core import ErrorDetails, PydanticCustomError

from services.schedules.money import MoneyError, UnknownCurrency, to_decimal, to_minor

_PLAIN_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CaseRefused(ValueError):
    """A case that cannot be worked out; the message names the key, its value and the reason."""


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


def minor_of(key: str, text: str, currency: str) -> int:
    """The amount that a key gives, in minor units. Raises UnknownCurrency; CaseRefused for the amount itself."""
    try:
        return to_minor(text, currency)
    except UnknownCurrency:
        raise
    except MoneyError as error:
        raise CaseRefused(f"{key}: {error}") from None


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount as the golden files write it: without zeros at the end, but with one decimal at least."""
    whole, _, decimals = f"{to_decimal(amount_minor, currency):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def fault_text(detail: ErrorDetails, tags: Container[str] = ()) -> str:
    """What pydantic found wrong, by key, value and reason. `tags` name kinds of a list's items and are no keys."""
    key = key_text([part for part in detail["loc"] if part not in tags])
    if detail["type"] == "missing":
        return f"{key}: is missing"
    if detail["type"] == "extra_forbidden":
        return f"{key}: is no key of a case"
    if detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return f"{key} {shown(detail['input'])}: must be an object"
    return f"{key} {shown(detail['input'])}: {detail['msg']}"


def key_text(path: list[str | int]) -> str:
    """The way to a value of a case, such as `actions[3].amount`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(value: object) -> str:
    """A value of a case as its JSON has it."""
    return json.dumps(value, ensure_ascii=False, default=str)
