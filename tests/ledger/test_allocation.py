"""How one payment splits."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.allocation import (
    COMPONENTS,
    DEFAULT_ORDER,
    Allocation,
    AllocationLine,
    AllocationOrder,
    AllocationTotals,
    InvalidOrder,
    NotAscending,
    OpenInstalment,
    allocate,
)
from services.schedules.money import NotPositive

START = date(2024, 1, 1)
ORDERS = st.builds(AllocationOrder, *[st.permutations(COMPONENTS).map(tuple)] * 2)
AMOUNTS = st.integers(0, 1000)


@st.composite
def open_instalments(draw: st.DrawFn) -> list[OpenInstalment]:
    """Up to six instalments, ascending, every ten days."""
    return [
        OpenInstalment(number, START + timedelta(days=10 * number), *(draw(AMOUNTS) for _ in COMPONENTS))
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]


def _outstanding(instalment: OpenInstalment | AllocationLine) -> tuple[int, int, int, int]:
    return instalment.penalty_minor, instalment.fee_minor, instalment.interest_minor, instalment.principal_minor


FIRST = OpenInstalment(1, date(2024, 2, 1), 5, 10, 20, 100)
SECOND = OpenInstalment(2, date(2024, 3, 1), 0, 0, 15, 105)


def test_oldest_first_and_in_order_within_an_instalment() -> None:
    assert allocate(30, date(2024, 3, 1), [FIRST, SECOND]) == Allocation(
        (AllocationLine(1, 5, 10, 15, 0),), 5, 10, 15, 0, 0
    )


def test_in_advance_has_an_order_of_its_own() -> None:
    order = AllocationOrder(in_advance=("principal", "interest", "penalty", "fee"))
    allocation = allocate(235, date(2024, 2, 1), [FIRST, SECOND], order)
    assert allocation.lines == (AllocationLine(1, 5, 10, 20, 100), AllocationLine(2, 0, 0, 0, 100))


def test_what_is_left_is_unallocated() -> None:
    allocation = allocate(1000, date(2024, 2, 1), [FIRST, SECOND])
    assert allocation.unallocated_minor == 1000 - 135 - 120
    assert allocation.totals == AllocationTotals(5, 10, 35, 205, 745)
    assert allocation.totals.amount_minor == 1000


def test_takes_no_more_instalments_than_it_reaches() -> None:
    instalments = iter([FIRST, SECOND])
    allocate(135, date(2024, 2, 1), instalments)
    assert next(instalments) is SECOND


def test_an_order_names_each_component_once() -> None:
    with pytest.raises(InvalidOrder) as caught:
        AllocationOrder(in_advance=("fee", "fee", "interest", "principal"))
    assert caught.value.field == "in_advance"


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_amount_must_be_positive(amount_minor: int) -> None:
    with pytest.raises(NotPositive):
        allocate(amount_minor, START, [FIRST])


def test_instalments_must_ascend() -> None:
    with pytest.raises(NotAscending) as caught:
        allocate(500, START, [SECOND, FIRST])
    assert caught.value.number == 1


@given(st.integers(1, 30_000), st.integers(0, 80), open_instalments(), ORDERS)
def test_conserves_and_never_over_allocates(
    amount_minor: int, days: int, instalments: list[OpenInstalment], order: AllocationOrder
) -> None:
    allocation = allocate(amount_minor, START + timedelta(days=days), instalments, order)
    assert allocation.totals.amount_minor == amount_minor
    assert sum(sum(_outstanding(line)) for line in allocation.lines) + allocation.unallocated_minor == amount_minor
    by_number = {instalment.number: instalment for instalment in instalments}
    for line in allocation.lines:
        assert sum(_outstanding(line)) > 0
        for taken, owed in zip(_outstanding(line), _outstanding(by_number[line.number]), strict=True):
            assert 0 <= taken <= owed
    if allocation.unallocated_minor:
        assert sum(sum(_outstanding(instalment)) for instalment in instalments) < amount_minor


@given(st.integers(1, 30_000), st.integers(0, 80), open_instalments(), ORDERS)
def test_oldest_first_and_each_in_order(
    amount_minor: int, days: int, instalments: list[OpenInstalment], order: AllocationOrder
) -> None:
    value_date = START + timedelta(days=days)
    lines = {line.number: line for line in allocate(amount_minor, value_date, instalments, order).lines}
    is_exhausted = False
    for instalment in instalments:
        line = lines.get(instalment.number, AllocationLine(instalment.number, 0, 0, 0, 0))
        for component in order.due if instalment.due_on <= value_date else order.in_advance:
            taken = getattr(line, f"{component}_minor")
            assert taken == 0 or not is_exhausted
            is_exhausted = is_exhausted or taken < getattr(instalment, f"{component}_minor")


@given(st.integers(1, 5000), st.integers(1, 5000), open_instalments())
def test_two_payments_of_one_date_pay_what_one_of_their_sum_pays(
    first_minor: int, second_minor: int, instalments: list[OpenInstalment]
) -> None:
    value_date = START + timedelta(days=25)
    first = allocate(first_minor, value_date, instalments)
    paid = {line.number: _outstanding(line) for line in first.lines}
    rest = [
        OpenInstalment(
            instalment.number,
            instalment.due_on,
            *(
                owed - taken
                for owed, taken in zip(_outstanding(instalment), paid.get(instalment.number, (0, 0, 0, 0)), strict=True)
            ),
        )
        for instalment in instalments
    ]
    second = allocate(second_minor, value_date, rest, DEFAULT_ORDER)
    assert first.totals + second.totals == allocate(first_minor + second_minor, value_date, instalments).totals
