"""Labelled portfolios: outcome and attributes."""

import pytest

from services.dunning.risk.behaviour_rows import RowRefused
from services.dunning.risk.labelled_portfolio import LabelledPortfolio, read_labelled_portfolio
from tests.dunning.risk.customers import csv_of, customer, values_of

GOOD = {**values_of(customer()), "age": "41", "default_next_month": "0"}
BAD = {**GOOD, "default_next_month": "1"}


def read(text: str) -> LabelledPortfolio:
    return read_labelled_portfolio(text.splitlines(keepends=True))


def test_outcomes_and_the_attributes_that_are_there_are_read() -> None:
    portfolio = read(csv_of(GOOD, BAD))

    assert portfolio.rows == (customer(), customer())
    assert portfolio.defaulted == (False, True)
    assert portfolio.attributes == {"age": (41, 41)}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [("default_next_month", "2", "must be 0 or 1"), ("age", "old", "is not a whole number")],
)
def test_a_wrong_label_is_refused_with_its_place(column: str, value: str, reason: str) -> None:
    with pytest.raises(RowRefused) as refused:
        read(csv_of(GOOD, {**BAD, column: value}))

    assert (refused.value.line, refused.value.column, refused.value.value) == (3, column, value)
    assert refused.value.reason == reason


def test_an_outcome_that_never_differs_is_refused() -> None:
    with pytest.raises(RowRefused, match="must have customers who defaulted and customers who did not"):
        read(csv_of(GOOD, GOOD))
