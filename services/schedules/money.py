"""Money as integer minor units, and the way between them and decimal text.

An amount never travels as a float. Rounding is half up: a half minor unit goes away from zero. How many decimals a
currency has follows ISO 4217 (list one, column "minor unit").
"""

import re
from decimal import Decimal
from typing import Final

MINOR_DIGITS: Final[dict[str, int]] = {
    "AUD": 2,
    "BHD": 3,
    "BRL": 2,
    "CAD": 2,
    "CHF": 2,
    "CLP": 0,
    "CNY": 2,
    "CZK": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "IDR": 2,
    "INR": 2,
    "JOD": 3,
    "JPY": 0,
    "KES": 2,
    "KRW": 0,
    "KWD": 3,
    "MOP": 2,
    "MXN": 2,
    "MYR": 2,
    "NGN": 2,
    "NOK": 2,
    "NZD": 2,
    "OMR": 3,
    "PHP": 2,
    "PLN": 2,
    "SEK": 2,
    "SGD": 2,
    "THB": 2,
    "TND": 3,
    "TRY": 2,
    "TWD": 2,
    "USD": 2,
    "VND": 0,
    "ZAR": 2,
}
"""Decimals of each currency: 2 means that one unit has 10**2 minor units."""

_PLAIN_DECIMAL = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")


class MoneyError(ValueError):
    """An amount or a currency cannot be used."""


class UnknownCurrency(MoneyError):
    """The currency is not in `MINOR_DIGITS`."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"unknown currency {currency!r}")
        self.currency = currency


class NotDecimal(MoneyError):
    """The text is no plain decimal number such as `12.50`; no exponents, signs other than a minus, or blanks."""

    def __init__(self, decimal_text: str) -> None:
        super().__init__(f"not a plain decimal number: {decimal_text!r}")
        self.decimal_text = decimal_text


class TooManyDecimals(MoneyError):
    """The text is more exact than the currency; it is refused, not rounded."""

    def __init__(self, decimal_text: str, currency: str, decimals_allowed: int) -> None:
        super().__init__(f"{decimal_text!r} has more than the {decimals_allowed} decimals of {currency}")
        self.decimal_text = decimal_text
        self.currency = currency
        self.decimals_allowed = decimals_allowed


class NotPositive(MoneyError):
    """An amount that must be above zero is not."""

    def __init__(self, field: str, value: int) -> None:
        super().__init__(f"{field} must be above zero, not {value}")
        self.field = field
        self.value = value


def minor_digits(currency: str) -> int:
    """Decimals of `currency`; raises `UnknownCurrency`."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def to_minor(decimal_text: str, currency: str) -> int:
    """`12.5` EUR is 1250. Raises `UnknownCurrency`, `NotDecimal`, `TooManyDecimals` (also for superfluous zeros)."""
    digits = minor_digits(currency)
    match = _PLAIN_DECIMAL.fullmatch(decimal_text)
    if match is None:
        raise NotDecimal(decimal_text)
    decimals = match[1] or ""
    if len(decimals) > digits:
        raise TooManyDecimals(decimal_text, currency, digits)
    return int(decimal_text.replace(".", "") + "0" * (digits - len(decimals)))


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """1250 EUR is `Decimal("12.50")`, exactly and with the currency's decimals. Raises `UnknownCurrency`."""
    return Decimal(f"{amount_minor}E-{minor_digits(currency)}")


def round_to_minor(amount: Decimal, currency: str) -> int:
    """A finite amount in whole units, rounded half up to minor units. Raises `UnknownCurrency`."""
    numerator, denominator = amount.as_integer_ratio()
    return divide_half_up(numerator * 10 ** minor_digits(currency), denominator)


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number, halves away from zero; exact for any size. `denominator` is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient
