"""What a hold stops, for whom and on which days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.day_intervals import DayInterval
from services.dunning.aging.holds import (
    BREATHING_SPACE_DAYS,
    DEFAULT_STOPS,
    AreaHold,
    Hold,
    HoldReason,
    HoldScope,
    HoldStop,
    InvalidHold,
    intervals_of,
    is_stopped,
    stopped_days,
)

ORIGIN = date(2024, 5, 1)
STOPS: tuple[HoldStop, ...] = get_args(HoldStop)


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


def hold(
    first: int = 0,
    last: int | None = 9,
    *,
    stops: Iterable[HoldStop] = ("clock",),
    lifted: int | None = None,
    loan_id: str | None = None,
) -> Hold:
    return Hold(
        hold_id="hold-1",
        reason="dispute",
        stops=frozenset(stops),
        from_on=day(first),
        to_on=None if last is None else day(last),
        lifted_on=None if lifted is None else day(lifted),
        loan_id=loan_id,
    )


def area_hold(scope: HoldScope, value: str) -> AreaHold:
    return AreaHold("hold-2", scope, value, "disaster-region", frozenset({"clock"}), day(0), day(30), day(20))


def test_both_ends_of_a_hold_count() -> None:
    days = [number for number in range(-3, 15) if is_stopped([hold(0, 9)], "clock", "loan-1", day(number))]
    assert days == list(range(10))


def test_a_hold_stops_only_what_it_says() -> None:
    holds = [hold(stops=("clock", "contact"))]
    assert [is_stopped(holds, stop, "loan-1", day(0)) for stop in STOPS] == [True, True, False]


def test_overlapping_and_nested_holds_count_once() -> None:
    holds = [hold(0, 9), hold(2, 4), hold(8, 12), hold(13, 13)]
    assert intervals_of(holds, "clock", "loan-1") == (DayInterval(day(0), day(13)),)
    assert stopped_days(holds, "clock", "loan-1", after=day(0), up_to=day(100)) == 13


def test_the_day_of_lifting_is_the_first_without_the_hold() -> None:
    assert hold(0, 9, lifted=5).days == DayInterval(day(0), day(4))
    assert hold(0, None, lifted=5).days == DayInterval(day(0), day(4))


def test_lifting_after_the_end_does_not_lengthen_a_hold() -> None:
    assert hold(0, 9, lifted=15).days == DayInterval(day(0), day(9))


def test_a_hold_lifted_before_it_began_never_held() -> None:
    assert hold(5, 9, lifted=5).days is None
    assert intervals_of([hold(5, 9, lifted=2)], "clock", None) == ()


def test_a_hold_on_one_loan_leaves_the_others_alone() -> None:
    holds = [hold(loan_id="loan-1")]
    assert is_stopped(holds, "clock", "loan-1", day(0))
    assert not is_stopped(holds, "clock", "loan-2", day(0))
    assert not is_stopped(holds, "clock", None, day(0))


def test_a_hold_on_the_borrower_holds_for_every_loan() -> None:
    assert is_stopped([hold()], "clock", "loan-1", day(0))
    assert is_stopped([hold()], "clock", None, day(0))


def test_a_hold_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidHold, match="hold 'hold-1', to_on 2024-04-30: is before from_on 2024-05-01") as caught:
        hold(0, -1)
    assert (caught.value.field, caught.value.value) == ("to_on", day(-1))


def test_a_hold_that_stops_nothing_is_refused() -> None:
    with pytest.raises(InvalidHold, match="must stop something"):
        hold(stops=())


def test_an_area_hold_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidHold, match="is before from_on"):
        AreaHold("hold-2", "region", "north", "disaster-region", frozenset({"clock"}), day(0), day(-1))


def test_a_hold_by_region_is_one_hold_on_the_borrower() -> None:
    (held,) = area_hold("region", "north").for_case("north", {"loan-1": "cn-consumer@1"})
    assert (held.hold_id, held.loan_id, held.reason) == ("hold-2", None, "disaster-region")
    assert held.days == DayInterval(day(0), day(19))


@pytest.mark.parametrize("region", ["south", None])
def test_a_hold_by_region_leaves_other_borrowers_alone(region: str | None) -> None:
    assert area_hold("region", "north").for_case(region, {"loan-1": "north"}) == ()


def test_a_hold_by_product_is_one_on_each_loan_of_it() -> None:
    products = {"loan-1": "cn-consumer@1", "loan-2": "cn-consumer@2", "loan-3": "cn-consumer@1"}
    held = area_hold("product", "cn-consumer@1").for_case("cn-consumer@1", products)
    assert [one.loan_id for one in held] == ["loan-1", "loan-3"]


def test_every_reason_has_its_default_stops() -> None:
    assert set(DEFAULT_STOPS) == set(get_args(HoldReason))
    assert DEFAULT_STOPS["breathing-space"] == frozenset(STOPS)
    assert DEFAULT_STOPS["dispute"] == {"clock", "contact"}
    assert BREATHING_SPACE_DAYS == 60


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    first = draw(st.integers(0, 40))
    return hold(
        first,
        draw(st.none() | st.integers(first, 50)),
        stops=draw(st.sets(st.sampled_from(STOPS), min_size=1)),
        lifted=draw(st.none() | st.integers(-5, 60)),
        loan_id=draw(st.sampled_from([None, "loan-1", "loan-2"])),
    )


def holds_on(one: Hold, stop: HoldStop, loan_id: str, on: date) -> bool:
    """The definition, said day by day."""
    in_time = one.from_on <= on and (one.to_on is None or on <= one.to_on)
    lifted = one.lifted_on is not None and on >= one.lifted_on
    return stop in one.stops and one.loan_id in (None, loan_id) and in_time and not lifted


@given(st.lists(holds(), max_size=6), st.sampled_from(STOPS), st.integers(-5, 60), st.integers(-5, 60))
def test_stopped_days_are_those_on_which_any_hold_holds(
    placed: list[Hold], stop: HoldStop, after: int, up_to: int
) -> None:
    days = [n for n in range(-10, 70) if any(holds_on(one, stop, "loan-1", day(n)) for one in placed)]
    assert [n for n in range(-10, 70) if is_stopped(placed, stop, "loan-1", day(n))] == days
    assert stopped_days(placed, stop, "loan-1", day(after), day(up_to)) == sum(after < n <= up_to for n in days)
