"""Shares and their intervals."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.dunning.figures.shares import Interval, percent_of, wilson_interval


def test_a_share_of_nothing_is_not_known() -> None:
    assert percent_of(0, 0) is None


def test_a_share_is_rounded_half_up_to_two_decimals() -> None:
    assert percent_of(1, 16) == Decimal("6.25")
    assert percent_of(1, 800) == Decimal("0.13")


def test_the_interval_is_that_of_a_published_example() -> None:
    """81 of 263: Newcombe (1998), Statistics in Medicine 17, table I, method 3: 0.2553 to 0.3662."""
    assert wilson_interval(81, 263) == Interval(Decimal("25.53"), Decimal("36.62"))


def test_no_success_in_twenty_trials_still_leaves_a_sixth_possible() -> None:
    """0 of 20: the same table, 0.0000 to 0.1611."""
    assert wilson_interval(0, 20) == Interval(Decimal("0.00"), Decimal("16.11"))


def test_without_trials_there_is_no_interval() -> None:
    assert wilson_interval(0, 0) is None


@given(st.integers(1, 10**6), st.data())
def test_the_interval_holds_the_share_and_stays_within_the_possible(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    interval, share = wilson_interval(successes, trials), percent_of(successes, trials)
    assert interval is not None
    assert share is not None
    assert 0 <= interval.low_percent <= share <= interval.high_percent <= 100
