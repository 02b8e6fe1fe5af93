"""Sets of days as intervals, held against sets of days one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.day_intervals import (
    DayInterval,
    IntervalEndsBeforeItStarts,
    covers,
    days_covered,
    days_outside,
    merged,
    next_change_after,
)

ORIGIN = date(2024, 2, 1)
SPAN = 60
"""Bounded intervals lie in the first SPAN days after ORIGIN; those without end reach past any of them."""


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


def between(first: int, last: int | None) -> DayInterval:
    return DayInterval(day(first), None if last is None else day(last))


@st.composite
def interval_lists(draw: st.DrawFn) -> list[DayInterval]:
    starts = draw(st.lists(st.integers(0, SPAN), max_size=6))
    lengths = st.none() | st.integers(0, 15)
    return [
        between(start, None if (length := draw(lengths)) is None else min(start + length, SPAN)) for start in starts
    ]


def days_of(
    intervals: list[DayInterval] | tuple[DayInterval, ...], first: int = -10, last: int = SPAN + 20
) -> set[date]:
    """The days from number `first` to `last` in any interval, found one by one."""
    return {
        on
        for on in map(day, range(first, last + 1))
        if any(one.from_on <= on and (one.to_on is None or on <= one.to_on) for one in intervals)
    }


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(IntervalEndsBeforeItStarts, match="to_on 2024-02-01: is before from_on 2024-02-02") as caught:
        between(1, 0)
    assert (caught.value.from_on, caught.value.to_on) == (day(1), day(0))


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], []),
        ([(5, 9), (0, 3)], [(0, 3), (5, 9)]),
        ([(0, 9), (2, 4)], [(0, 9)]),
        ([(0, 4), (4, 6)], [(0, 6)]),
        ([(0, 4), (5, 6)], [(0, 6)]),
        ([(0, 4), (6, 6)], [(0, 4), (6, 6)]),
        ([(3, None), (0, 4), (9, 9)], [(0, None)]),
    ],
    ids=["none", "apart", "nested", "overlapping", "touching", "a day between", "without end"],
)
def test_merging(intervals: list[tuple[int, int | None]], expected: list[tuple[int, int | None]]) -> None:
    assert merged(between(*one) for one in intervals) == tuple(between(*one) for one in expected)


def test_up_to_the_last_day_of_the_calendar_is_without_end() -> None:
    days = merged([DayInterval(ORIGIN, date.max)])
    assert days == (DayInterval(ORIGIN),)
    assert next_change_after([DayInterval(ORIGIN, date.max)], ORIGIN) is None
    assert days_outside([], date.max) == ()


def test_days_covered_leaves_out_the_first_day_and_takes_in_the_last() -> None:
    assert days_covered([between(0, 9)], after=day(3), up_to=day(5)) == 2
    assert days_covered([between(4, 4)], after=day(4), up_to=day(5)) == 0
    assert days_covered([between(5, 5)], after=day(4), up_to=day(5)) == 1


@given(interval_lists())
def test_merging_keeps_the_days_and_needs_the_fewest_intervals(intervals: list[DayInterval]) -> None:
    result = merged(intervals)
    assert days_of(result) == days_of(intervals)
    assert merged(reversed(result)) == result
    ends = [one.to_on for one in result[:-1]]
    starts = [one.from_on for one in result[1:]]
    assert all(end is not None and (start - end).days > 1 for end, start in zip(ends, starts, strict=True))


@given(interval_lists(), st.integers(-5, SPAN + 10))
def test_a_day_is_covered_if_any_interval_has_it(intervals: list[DayInterval], number: int) -> None:
    assert covers(intervals, day(number)) == (day(number) in days_of(intervals))


@given(interval_lists(), st.integers(-5, SPAN + 10), st.integers(-5, SPAN + 10))
def test_each_day_covered_counts_once(intervals: list[DayInterval], after: int, up_to: int) -> None:
    assert days_covered(intervals, day(after), day(up_to)) == len(days_of(intervals, after + 1, up_to))


@given(interval_lists(), st.integers(-5, SPAN + 10))
def test_days_outside_are_all_later_days_not_covered(intervals: list[DayInterval], after: int) -> None:
    later = set(map(day, range(after + 1, SPAN + 21)))
    outside = days_outside(intervals, day(after))
    assert days_of(outside) == later - days_of(intervals)
    assert merged(outside) == outside


@given(interval_lists(), st.integers(-5, SPAN + 10))
def test_the_next_change_is_the_first_day_unlike_the_day_before(intervals: list[DayInterval], number: int) -> None:
    days = days_of(intervals)
    later = range(number + 1, SPAN + 20)
    expected = next((day(one) for one in later if (day(one) in days) != (day(one - 1) in days)), None)
    assert next_change_after(intervals, day(number)) == expected
