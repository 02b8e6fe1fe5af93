"""What borrowers type into forms."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.pages.form_fields import FieldFault, Form, plain_amount

TODAY = date(2026, 3, 6)


def fault(form: Form, method: str, *arguments: Any, **named: Any) -> str:
    """The code of the fault of a field."""
    with pytest.raises(FieldFault) as caught:
        getattr(form, method)(*arguments, **named)
    return caught.value.code


def amount(typed: str, currency: str = "CNY", at_most_minor: int | None = None) -> int | None:
    return Form({"amount": typed}).amount_minor("amount", currency, at_most_minor=at_most_minor)


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1200", "CNY", 120_000), ("1,200.5", "CNY", 120_050), (" ¥ 0.01 ", "CNY", 1), ("１２００", "CNY", 120_000),
        ("1200", "JPY", 1_200), ("1.234", "KWD", 1_234), ("", "CNY", None), ("  ", "CNY", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_whole_units_of_its_currency(typed: str, currency: str, minor: int | None) -> None:
    assert amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("twelve", "amount-unreadable"), ("1e9", "amount-unreadable"), ("-5", "amount-unreadable"),
        ("1,20", "amount-unreadable"), ("1200,50", "amount-unreadable"), ("NaN", "amount-unreadable"),
        ("9" * 30, "amount-unreadable"), ("0", "amount-not-positive"), ("1.234", "amount-too-fine"),
        ("5000.01", "amount-too-large"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_taken_is_told(typed: str, code: str) -> None:
    form = Form({"amount": typed})
    assert fault(form, "amount_minor", "amount", "CNY", at_most_minor=500_000) == code


@given(st.text(max_size=70))
def test_no_text_is_read_as_an_amount_that_is_not_positive(typed: str) -> None:
    try:
        minor = amount(typed, at_most_minor=10**15)
    except FieldFault:
        return
    assert minor is None or 0 < minor <= 10**15


@pytest.mark.parametrize(("typed", "day"), [("", None), ("1", 1), ("31", 31), ("０５", 5)])
def test_a_day_of_the_month_is_read(typed: str, day: int | None) -> None:
    assert Form({"day": typed}).day_of_month("day") == day


@pytest.mark.parametrize("typed", ["0", "32", "x", "-1", "1.5"])
def test_a_day_that_no_month_has_is_told(typed: str) -> None:
    assert fault(Form({"day": typed}), "day_of_month", "day") == "day-of-month"


def parts(year: str, month: str, day: str) -> Form:
    return Form({"day_year": year, "day_month": month, "day_day": day})


def test_a_date_is_read_from_its_three_parts() -> None:
    assert parts("2026", "3", "20").day("day", earliest=TODAY, days_ahead=30) == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (parts("", "", ""), "day-missing"), (parts("2026", "2", "30"), "day-unreadable"),
        (parts("2026", "", "5"), "day-unreadable"), (parts("2026", "3", "5"), "day-out-of-range"),
        (parts("2026", "4", "6"), "day-out-of-range"), (Form({"day": "soon"}), "day-unreadable"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_taken_is_told(form: Form, code: str) -> None:
    assert fault(form, "day", "day", earliest=TODAY, days_ahead=30) == code


def test_free_text_loses_control_characters_and_keeps_lines() -> None:
    assert Form({"text": " a\r\nb\x00\x1b "}).text("text", 10) == "a\nb"


def test_free_text_that_is_too_long_is_told() -> None:
    assert fault(Form({"text": "a" * 11}), "text", "text", 10) == "too-long"


def test_a_choice_that_was_not_given_is_told() -> None:
    assert fault(Form({"kind": "other"}), "choice", "kind", ("amount",)) == "choose"


@given(st.integers(min_value=1, max_value=10**14), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_an_amount_that_a_form_proposes_is_read_as_it_was(amount_minor: int, currency: str) -> None:
    assert amount(plain_amount(amount_minor, currency), currency) == amount_minor
