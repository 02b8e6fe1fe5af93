"""Rows of the portfolio's file: what is read, and what is refused with line, column and value."""

import pytest

from services.dunning.risk.behaviour_rows import BehaviourRow, RowRefused, read_behaviour_rows
from tests.dunning.risk.customers import csv_of, customer, values_of


def read(text: str) -> tuple[BehaviourRow, ...]:
    return read_behaviour_rows(text.splitlines(keepends=True))


def test_a_line_becomes_a_customer_with_months_from_newest_to_oldest() -> None:
    row = customer(payment_statuses=(3, 2, 1, 0, -1, -2))

    assert read(csv_of(values_of(row))) == (row,)
    assert row.months_behind == (3, 2, 1, 0, 0, 0)


def test_columns_may_stand_in_any_order_with_others_among_them() -> None:
    values = {"age": "41", **dict(reversed(values_of(customer()).items())), "default_next_month": "?"}

    assert read(csv_of(values)) == (customer(),)


def test_whole_numbers_may_be_written_with_decimals_of_zero() -> None:
    assert read(csv_of({**values_of(customer()), "limit_bal": "50000.0"})) == (customer(),)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("id", " ", "is empty"),
        ("limit_bal", "-1", "must be at least 1"),
        ("limit_bal", "0", "must be at least 1"),
        ("limit_bal", "", "is empty"),
        ("bill_2005_07", "many", "is not a number"),
        ("bill_2005_07", "NaN", "is not a number"),
        ("bill_2005_07", "1e400", "must be at most 1000000000000"),
        ("bill_2005_04", "10.5", "is not a whole number"),
        ("paid_2005_05", "-3", "must be at least 0"),
        ("pay_status_2005_09", "-3", "must be at least -2"),
        ("pay_status_2005_09", "100", "must be at most 99"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place(column: str, value: str, reason: str) -> None:
    good = values_of(customer())

    with pytest.raises(RowRefused) as refused:
        read(csv_of(good, {**good, column: value}))

    assert (refused.value.line, refused.value.column, refused.value.reason) == (3, column, reason)
    assert repr(value.strip() or value) in str(refused.value)


def test_a_missing_column_is_named() -> None:
    values = values_of(customer())
    del values["paid_2005_06"]

    with pytest.raises(RowRefused, match=r"line 1, column paid_2005_06: is missing"):
        read(csv_of(values))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the input is empty"),
        (",".join(values_of(customer())) + "\n", "line 1: the header is followed by no rows"),
        (csv_of(values_of(customer())) + "1,2\n", "line 3: has 2 values where the header has 20 columns"),
        ("id,id\n1,2\n", "line 1, column id: is there more than once"),
    ],
)
def test_a_file_that_is_no_table_of_customers_is_refused(text: str, message: str) -> None:
    with pytest.raises(RowRefused) as refused:
        read(text)

    assert str(refused.value) == message


def test_a_customer_cannot_be_made_of_five_months() -> None:
    with pytest.raises(ValueError, match="must have 6 months"):
        customer(bills=(1, 2, 3, 4, 5))
