"""The card book implies loans and payments from the file by stated rules, and the file itself says why they fit."""

import csv
import gzip
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from amends.demo.cards import (
    CLOSES,
    CURRENCY,
    CUSTOMERS,
    DATA_PATH,
    PAY_DAY,
    STATEMENT_DAYS,
    CardCustomer,
    card_customer,
    months_behind_by_status,
    months_between,
    read_card_book,
)
from amends.demo.cards_story import payments_of, registrations, statements_of
from services.dunning.risk.behaviour_rows import BehaviourRow
from tests.demo.card_months import expected_months_behind

THREE = Decimal(3)


@pytest.fixture(scope="module")
def book() -> list[CardCustomer]:
    return read_card_book()


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with gzip.open(DATA_PATH, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def customer(bills: tuple[int, ...], paid: tuple[int, ...], april_status: int = 0) -> CardCustomer:
    """A customer from what was billed and paid in April to September."""
    statuses = (0, 0, 0, 0, 0, april_status)
    return card_customer(BehaviourRow("7", 50_000, statuses, bills[::-1], paid[::-1]), THREE)


def test_every_customer_is_in_the_book_once(book: list[CardCustomer]) -> None:
    assert len({one.borrower_id for one in book}) == len(book) == CUSTOMERS


def test_a_sample_is_spread_over_the_file(book: list[CardCustomer]) -> None:
    assert read_card_book(4) == [book[place] for place in (0, 5_000, 10_000, 15_000)]


def test_a_minimum_payment_is_a_share_of_the_bill_due_in_the_next_month() -> None:
    first, *_ = customer((1_000,) * 6, (30,) * 6).minimum_payments
    assert (first.amount_minor, first.stated_on, first.due_on) == (3_000, date(2005, 4, 30), date(2005, 5, 25))


def test_a_statement_without_a_bill_asks_for_nothing() -> None:
    asked = customer((1_000, 0, -50, 0, 0, 0), (0,) * 6).minimum_payments
    assert [one.stated_on for one in asked] == [date(2005, 4, 30)]


def test_who_pays_every_minimum_is_never_behind() -> None:
    assert customer((1_000,) * 6, (30,) * 6).expected == (0, 0, 0, 0, 0)


def test_who_pays_nothing_is_a_month_later_each_month() -> None:
    assert customer((1_000,) * 6, (0,) * 6).expected == (1, 2, 3, 4, 5)


def test_one_minimum_a_month_after_a_missed_one_keeps_a_customer_one_month_behind() -> None:
    assert customer((1_000,) * 6, (0, 0, 30, 30, 30, 30)).expected == (1, 1, 1, 1, 1)


def test_two_minimums_bring_a_customer_back() -> None:
    assert customer((1_000,) * 6, (0, 0, 60, 30, 30, 30)).expected == (1, 0, 0, 0, 0)


def test_what_is_paid_beyond_the_minimums_owed_does_not_pay_the_next_statement() -> None:
    assert customer((1_000,) * 6, (0, 1_000, 0, 0, 0, 0)).expected == (0, 1, 2, 3, 4)


def test_a_payment_of_who_owes_nothing_is_counted_and_not_told() -> None:
    told = customer((0, 1_000, 1_000, 1_000, 1_000, 1_000), (0, 500, 30, 30, 30, 30))
    assert (len(told.payments), told.payments_without_debt) == (4, 1)


def test_who_is_behind_in_april_and_pays_one_minimum_in_may_brings_one_along() -> None:
    behind = customer((1_000,) * 6, (0, 30, 30, 30, 30, 30), april_status=2)
    assert [one.due_on for one in behind.minimum_payments[:2]] == [date(2005, 4, 25), date(2005, 5, 25)]
    assert behind.expected == (1, 1, 1, 1, 1)


def test_who_is_behind_in_april_and_pays_nothing_in_may_missed_his_first_then() -> None:
    behind = customer((1_000,) * 6, (0,) * 6, april_status=2)
    assert behind.minimum_payments[0].due_on == date(2005, 5, 25)


@pytest.mark.parametrize(
    ("due_on", "months"), [(date(2005, 9, 25), 1), (date(2005, 8, 25), 2), (date(2004, 9, 25), 13)]
)
def test_months_behind_count_calendar_months(due_on: date, months: int) -> None:
    assert months_between(due_on, date(2005, 9, 30)) == months


def test_the_whole_book_agrees_with_the_months_worked_out_from_the_file(
    book: list[CardCustomer], rows: list[dict[str, str]]
) -> None:
    wrong = [
        one.borrower_id
        for one, row in zip(book, rows, strict=True)
        if one.expected != expected_months_behind(row, arrears_of(one))
    ]
    assert wrong == []


def test_april_is_as_late_as_the_file_says_for_nearly_all(book: list[CardCustomer]) -> None:
    fitting = sum(one.expected[0] == months_behind_by_status(one.statuses[0]) for one in book)
    assert fitting / len(book) > 0.94


def test_every_minimum_payment_and_payment_is_told_once(book: list[CardCustomer]) -> None:
    some = book[::50]
    told = [
        *registrations(some),
        *(event for day in STATEMENT_DAYS for event in statements_of(some, day)),
        *(event for close in CLOSES for event in payments_of(some, close.replace(day=PAY_DAY))),
    ]
    assert len({one.event_id for one in told}) == len(told)
    assert len(told) == len(some) + sum(len(one.minimum_payments) + len(one.payments) for one in some)
    assert {getattr(one.data, "currency", CURRENCY) for one in told} == {"TWD"}


def arrears_of(one: CardCustomer) -> int:
    return sum(asked.stated_on < STATEMENT_DAYS[0] for asked in one.minimum_payments)


# What docs/card-book.md says of the file.


def test_a_customer_is_first_coded_two_for_the_payment_missed_in_the_month_after(rows: list[dict[str, str]]) -> None:
    entries = [
        (number(row, "paid", month), number(row, "paid", month + 1))
        for row in rows
        for month in range(5, 9)
        if number(row, "pay_status", month - 1) <= 0 and number(row, "pay_status", month) == 2
    ]
    assert len(entries) == 3_478
    assert sum(after == 0 for _, after in entries) == 2_747
    assert sum(same == 0 for same, _ in entries) == 266


def test_a_customer_leaves_code_two_for_a_payment_in_the_month_after(rows: list[dict[str, str]]) -> None:
    exits = [
        number(row, "paid", month + 1)
        for row in rows
        for month in range(5, 9)
        if number(row, "pay_status", month - 1) == 2 and number(row, "pay_status", month) <= 0
    ]
    assert (len(exits), sum(paid > 0 for paid in exits)) == (2_482, 2_477)


def test_code_one_is_of_september_and_of_cards_without_a_bill(rows: list[dict[str, str]]) -> None:
    ones = Counter(month for row in rows for month in range(4, 10) if number(row, "pay_status", month) == 1)
    assert (ones[9], ones.total() - ones[9]) == (2_466, 26)
    came = [row for row in rows if number(row, "pay_status", 8) <= 0 and number(row, "pay_status", 9) == 1]
    assert (len(came), sum(number(row, "bill", 9) <= 0 for row in came)) == (1_250, 1_148)


def coded_behind_percent(payers: list[bool]) -> float:
    return round(100 * sum(payers) / len(payers), 1)


@pytest.mark.parametrize(("least", "below", "behind_percent"), [(0, 1, 70.6), (1, 2, 9.5), (2, 3, 2.4)])
def test_who_was_not_behind_stays_so_for_two_percent_of_the_bill(
    rows: list[dict[str, str]], least: int, below: int, behind_percent: float
) -> None:
    payers = [
        number(row, "pay_status", month) > 0
        for row in rows
        for month in range(5, 9)
        if number(row, "pay_status", month - 1) <= 0 and is_paid_share(row, month, least, below)
    ]
    assert coded_behind_percent(payers) == behind_percent


@pytest.mark.parametrize(("least", "below", "behind_percent"), [(3, 7, 90.8), (7, 10, 40.5), (10, 100, 37.0)])
def test_who_missed_a_first_payment_must_pay_twice_as_much_to_come_back(
    rows: list[dict[str, str]], least: int, below: int, behind_percent: float
) -> None:
    payers = [
        number(row, "pay_status", month + 1) > 0
        for row in rows
        for month in range(5, 8)
        if number(row, "pay_status", month - 1) <= 0
        and number(row, "pay_status", month) == 2
        and number(row, "paid", month + 1) == 0
        and is_paid_share(row, month + 1, least, below)
    ]
    assert coded_behind_percent(payers) == behind_percent


def is_paid_share(row: dict[str, str], month: int, least_percent: int, below_percent: int) -> bool:
    """Whether a month's positive bill was paid to such a share in the month after."""
    bill, paid = number(row, "bill", month), number(row, "paid", month + 1)
    return bill > 0 and least_percent * bill <= 100 * paid < below_percent * bill


def number(row: dict[str, str], column: str, month: int) -> int:
    return int(row[f"{column}_2005_{month:02d}"])
