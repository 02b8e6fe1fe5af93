"""Minor units and decimal text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.schedules.money import (
    MINOR_DIGITS,
    NotDecimal,
    TooManyDecimals,
    UnknownCurrency,
    divide_half_up,
    round_to_minor,
    to_decimal,
    to_minor,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "EUR", 1250),
        ("12.50", "TWD", 1250),
        ("12", "JPY", 12),
        ("-0.05", "USD", -5),
        ("0", "CNY", 0),
        ("1.234", "KWD", 1234),
    ],
)
def test_text_to_minor_units(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@given(st.integers(-(10**40), 10**40), st.sampled_from(sorted(MINOR_DIGITS)))
def test_there_and_back(amount_minor: int, currency: str) -> None:
    assert to_minor(f"{to_decimal(amount_minor, currency):f}", currency) == amount_minor


@pytest.mark.parametrize("text", ["", "1e3", "NaN", "+1", " 1", "1.", ".5", "1,000", "١", "1\n"])
def test_only_plain_decimals_are_read(text: str) -> None:
    with pytest.raises(NotDecimal) as caught:
        to_minor(text, "EUR")
    assert caught.value.decimal_text == text


def test_too_exact_is_refused_not_rounded() -> None:
    with pytest.raises(TooManyDecimals) as caught:
        to_minor("1.5", "JPY")
    assert (caught.value.currency, caught.value.decimals_allowed) == ("JPY", 0)


def test_unknown_currency() -> None:
    with pytest.raises(UnknownCurrency) as caught:
        to_decimal(1, "XXX")
    assert caught.value.currency == "XXX"


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("2.675", 268), ("2.665", 267)]
)
def test_halves_go_away_from_zero(amount: str, minor: int) -> None:
    assert round_to_minor(Decimal(amount), "EUR") == minor


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_division_is_off_by_at_most_a_half(numerator: int, denominator: int) -> None:
    assert abs(divide_half_up(numerator, denominator) * denominator - numerator) * 2 <= denominator
