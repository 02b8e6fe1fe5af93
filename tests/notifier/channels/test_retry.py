"""The wait before a message is tried again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.channels.retry import LONGEST_NAMED_SECONDS, LONGEST_SECONDS, retry_delay

ATTEMPTS = st.integers(1, 10_000)
DRAWS = st.floats(0, 1, exclude_max=True)


def test_the_span_doubles_with_each_attempt_up_to_a_quarter_of_an_hour() -> None:
    spans = [retry_delay(attempt, None, 1.0).total_seconds() for attempt in range(1, 12)]
    assert spans == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@given(ATTEMPTS, DRAWS)
def test_the_whole_span_is_drawn_from(attempt: int, draw: float) -> None:
    assert timedelta(0) <= retry_delay(attempt, None, draw) <= timedelta(seconds=LONGEST_SECONDS)
    assert retry_delay(attempt, None, 0.0) == timedelta(0)


@given(ATTEMPTS, DRAWS, st.floats(0, LONGEST_NAMED_SECONDS))
def test_what_the_provider_named_is_never_cut_short(attempt: int, draw: float, named: float) -> None:
    assert retry_delay(attempt, named, draw) >= timedelta(seconds=named)


def test_those_who_were_told_the_same_moment_come_back_at_others() -> None:
    assert retry_delay(3, 60, 0.25) == timedelta(seconds=62)
    assert retry_delay(3, 60, 0.5) == timedelta(seconds=64)


def test_a_named_wait_beyond_a_day_is_a_day() -> None:
    assert retry_delay(1, 1e9, 0.0) == timedelta(days=1)
