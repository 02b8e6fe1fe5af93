"""Amounts as people write them."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.words import Language, format_money
from services.notifier.words.languages import LOCALES


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (123_450, "CNY", "en", "CN¥1,234.50"),
        (123_450, "CNY", "zh-CN", "¥1,234.50"),
        (123_450, "USD", "en", "$1,234.50"),
        (123_450, "JPY", "en", "¥123,450"),
        (123_450, "KWD", "en", "KWD\N{NO-BREAK SPACE}123.450"),
        (123_450, "RSD", "en", "RSD\N{NO-BREAK SPACE}1,234.50"),
        (5, "GBP", "en", "£0.05"),
        (10**15, "GBP", "en", "£10,000,000,000,000.00"),
    ],
)
def test_money(minor: int, currency: str, language: Language, written: str) -> None:
    assert format_money(minor, currency, language) == written


@given(
    minor=st.integers(min_value=-(10**15), max_value=10**15),
    currency=st.sampled_from(["CNY", "USD", "EUR", "GBP", "JPY", "HKD"]),
    language=st.sampled_from(["en", "zh-CN"]),
)
def test_amounts_read_as_babel_writes_them(minor: int, currency: str, language: Language) -> None:
    value = Decimal(minor) if currency == "JPY" else Decimal(minor).scaleb(-2)
    assert format_money(minor, currency, language) == format_currency(value, currency, locale=LOCALES[language])
