"""Days past due by three methods, for a loan of two instalments: what a payment or reversal makes of them."""

import pytest

from services.dunning.ladder.rules import Method
from tests.dunning.cases import (
    Story,
    case,
    ladder,
    standing,
    tells,
)

SECOND_DUE = 31
SMALL_FIRST = {0: 5, SECOND_DUE: 100}


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [("oldest-unpaid", 40, 9), ("since-arrears", 40, 40), ("above-tolerance", 40, 40)],
)
def test_paying_the_oldest_instalment_only(method: Method, before: int, after: int) -> None:
    story = lived(method, {40: {SECOND_DUE: 100}})
    assert story.on(40 - 1).memories["loan-1"].days_past_due == before - 1
    story.on(40)
    assert story.memory().days_past_due == after


@pytest.mark.parametrize("method", ["oldest-unpaid", "since-arrears", "above-tolerance"])
def test_everything_paid_begins_anew_with_the_next_arrears(method: Method) -> None:
    story = lived(method, {10: {SECOND_DUE: 100}}).daily(1, SECOND_DUE + 5)
    assert story.memory().days_past_due == 5


def test_days_above_the_tolerance_begin_when_it_is_exceeded() -> None:
    story = lived("above-tolerance", {1: SMALL_FIRST}, first=SMALL_FIRST, tolerance=10)
    assert story.daily(1, SECOND_DUE + 4).memory().days_past_due == 4


def test_days_since_arrears_began_do_not_wait_for_the_tolerance() -> None:
    story = lived("since-arrears", {1: SMALL_FIRST}, first=SMALL_FIRST, tolerance=10)
    assert story.daily(1, SECOND_DUE + 4).memory().days_past_due == SECOND_DUE + 4


@pytest.mark.parametrize("method", ["since-arrears", "above-tolerance"])
def test_a_payment_reversed_after_a_cure_brings_the_true_days_back(method: Method) -> None:
    unpaid = {0: 100, SECOND_DUE: 100}
    story = lived(method, {10: {SECOND_DUE: 100}, 14: unpaid}).daily(1, 14)
    assert story.memory().days_past_due == 14


def lived(
    method: Method, told: dict[int, dict[int, int]], first: dict[int, int] | None = None, tolerance: int = 0
) -> Story:
    policy = ladder(method=method, small_balance_tolerance_minor=tolerance)
    story = Story(policy, case(policy, standing(first or {0: 100, SECOND_DUE: 100}, -1)))
    story.told = {number: [tells(standing(unpaid, number))] for number, unpaid in told.items()}
    return story
