"""Values of JSON cases: how they are read, and what is said of those that cannot be."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

_PLAIN_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_DIGITS: Final = 30
_EXACT_FLOAT_DIGITS: Final = 15
"""So many significant digits of a decimal number survive the way through a binary float."""

Model = TypeVar("Model", bound=BaseModel)


class CaseRefused(ValueError):
    """A case that cannot be worked out; the message names the key, its value and the reason."""


def _decimal_text(value: object) -> str:
    """JSON numbers are taken as written."""
    text = str(value) if type(value) in (int, float) else value
    if not isinstance(text, str) or not _PLAIN_DECIMAL.fullmatch(text):
        raise PydanticCustomError("decimal", "is no plain decimal number such as 12.50")
    return text


def _decimal(value: object) -> Decimal:
    text = _decimal_text(value)
    digits = sum(character.isdigit() for character in text)
    if digits > _MOST_DIGITS:
        raise PydanticCustomError("decimal", "has more than {most} digits", {"most": _MOST_DIGITS})
    if type(value) is float and digits > _EXACT_FLOAT_DIGITS:
        raise PydanticCustomError("decimal", "has more digits than a JSON number keeps exactly: give it as text")
    return Decimal(text)


def _decimal_not_negative(value: object) -> Decimal:
    decimal = _decimal(value)
    if decimal < 0:
        raise PydanticCustomError("decimal", "must not be negative")
    return decimal


def _calendar_date(value: object) -> date:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise PydanticCustomError("date", "is no date such as 2024-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "is no day of the calendar") from None


DecimalText = Annotated[str, BeforeValidator(_decimal_text)]
"""A number, or text of one, as text."""

PlainDecimal = Annotated[Decimal, BeforeValidator(_decimal)]
"""A number, or text of one, exactly as written."""

PlainAmount = Annotated[Decimal, BeforeValidator(_decimal_not_negative)]
"""A number as `PlainDecimal`, not below zero."""

CalendarDate = Annotated[date, BeforeValidator(_calendar_date)]
"""Text such as 2024-01-31."""


def object_of(case: object) -> dict[str, Any]:
    """The case, if it is a JSON object. Raises CaseRefused."""
    if not isinstance(case, dict):
        raise CaseRefused(f"a case must be an object, not {shown(case)}")
    return case


def read_case(case: Mapping[str, Any], model: type[Model]) -> Model:
    """A case as its model has it. Raises CaseRefused with every fault."""
    try:
        return model.model_validate(case)
    except ValidationError as error:
        raise CaseRefused("; ".join(map(fault_text, error.errors(include_url=False)))) from None


def refused(path: Sequence[str | int], value: object, reason: str) -> CaseRefused:
    """The error that names a key by its path, its value and the reason."""
    return CaseRefused(f"{key_text(path)} {shown(value)}: {reason}")


def key_text(path: Sequence[str | int]) -> str:
    """The way to a value of a case, such as `payments[3].amount`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(value: object) -> str:
    """A value of a case as its JSON has it."""
    return json.dumps(value, ensure_ascii=False, default=str)


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
