"""The rate limit of a channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.token_bucket import TokenBucket


def test_a_burst_passes_at_once_and_the_next_waits_for_its_turn() -> None:
    bucket = TokenBucket(10, 3)
    assert [bucket.take(100.0) for _ in range(5)] == pytest.approx([0, 0, 0, 0.1, 0.2])


def test_rest_fills_the_bucket_no_further_than_its_size() -> None:
    bucket = TokenBucket(10, 2)
    bucket.take(0.0)
    assert [bucket.take(1_000.0) for _ in range(3)] == pytest.approx([0, 0, 0.1])


def test_after_a_pause_one_passes_and_not_a_burst() -> None:
    bucket = TokenBucket(10, 5)
    bucket.nothing_before(30.0)
    assert bucket.wait_seconds(10.0) == pytest.approx(20.0)
    assert [bucket.take(30.0) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])


@given(
    st.floats(0.1, 1_000),
    st.integers(1, 50),
    st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_no_stretch_of_time_gives_more_than_burst_and_inflow(rate: float, burst: int, gaps: list[float]) -> None:
    bucket = TokenBucket(rate, burst)
    now = 0.0
    turns = []
    for gap in gaps:
        now += gap
        turns.append(now + bucket.take(now))
    for first, start in enumerate(turns):
        given_out = len([turn for turn in turns[first:] if turn <= start + 1.0])
        assert given_out <= burst + rate + 1


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0), (float("nan"), 1)])
def test_a_bucket_that_gives_nothing_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="gives nothing"):
        TokenBucket(rate, burst)
