"""Dotted paths into JSON, such as `messages.0.id`: keys of objects, and places of arrays counted from 0."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import Field

JsonPath = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$", max_length=200)]
_LONGEST_TEXT: Final = 500


def value_at(document: object, path: str) -> object | None:
    """What stands at a path; None if nothing does."""
    found: object = document
    for part in path.split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def text_at(document: object, path: str) -> str | None:
    """A text or whole number at a path as text; None if there is none, or it is empty or longer than any name is."""
    value = value_at(document, path)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if 0 < len(text) <= _LONGEST_TEXT else None


def number_at(document: object, path: str) -> Decimal | None:
    """A finite number at a path, given as a number or as text; None if there is none."""
    value = value_at(document, path)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value)[:_LONGEST_TEXT])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
