"""Amounts of JSON cases, in minor units and as the golden files write them."""

from services.json_cases import CaseRefused
from services.schedules.money import MoneyError, UnknownCurrency, to_decimal, to_minor


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
