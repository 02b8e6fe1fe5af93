"""Transitions and agreement of the card book's tellings."""

from decimal import Decimal
from io import StringIO

from rich.console import Console

from amends.demo.cards import CardCustomer
from amends.demo.cards_matrix import agreement_of, codes_as_months_behind, matrix_of
from amends.demo.cards_report import differences, print_cards_report


def customer(borrower_id: str = "C-00001", statuses: tuple[int, ...] = (0,) * 6) -> CardCustomer:
    return CardCustomer(borrower_id, statuses, (), (), 0, (0, 1, 2, 0, 0))


def test_a_row_of_the_matrix_has_the_shares_of_where_its_months_went() -> None:
    matrix = matrix_of([(0, 1, 0), (0, 0, 0)])
    assert matrix.customer_months(0) == 3
    assert matrix.percent(0, 1) == Decimal(100) / 3
    assert matrix.percent(1, 0) == 100


def test_a_row_without_months_has_no_shares() -> None:
    assert matrix_of([(0, 0)]).percent(2, 0) is None


def test_codes_below_zero_count_as_zero_and_high_ones_together() -> None:
    assert dict(matrix_of([(-2, -1, 8, 5)]).counts) == {(0, 0): 1, (0, 4): 1, (4, 4): 1}


def test_codes_of_april_to_august_are_the_months_behind_of_may_to_september() -> None:
    assert codes_as_months_behind(customer(statuses=(2, 3, 0, -1, 1, 2))) == (1, 2, 0, 0, 0)


def test_agreement_counts_who_is_late_for_whom() -> None:
    found = agreement_of([((0, 1, 2), (0, 0, 1)), ((0, 5, 0), (1, 4, 0))])
    assert (found.customer_months, found.equal) == (6, 3)
    assert (found.both_late, found.only_first_late, found.only_second_late) == (2, 1, 1)


def test_a_customer_recorded_otherwise_than_expected_is_a_difference() -> None:
    right, wrong = customer(), customer("C-00002")
    recorded = {"C-00001": (0, 1, 2, 0, 0), "C-00002": (0, 1, 2, 3, 0)}
    assert differences([right, wrong], recorded) == [(wrong, (0, 1, 2, 3, 0))]


def test_the_report_names_a_customer_recorded_otherwise_than_expected() -> None:
    printed = StringIO()
    print_cards_report(Console(file=printed, width=160), [customer()], {"C-00001": (0, 1, 2, 3, 0)}, "3")
    text = printed.getvalue()
    assert "agree in 4 of 5 customer-months" in text
    assert "C-00001: expected (0, 1, 2, 0, 0), recorded (0, 1, 2, 3, 0)" in text
