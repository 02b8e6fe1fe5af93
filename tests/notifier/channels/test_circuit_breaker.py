"""A channel that keeps failing is left alone, then tried with one message."""

import pytest

from services.notifier.channels.circuit_breaker import BreakerLimits, CircuitBreaker, CircuitOpen

LIMITS = BreakerLimits(consecutive_failures=3, window=10, share_percent=50, open_seconds=10, longest_open_seconds=35)


def fail(breaker: CircuitBreaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit(now), now)


def succeed(breaker: CircuitBreaker, now: float) -> None:
    breaker.succeeded(breaker.admit(now))


def opened(now: float = 0.0) -> CircuitBreaker:
    breaker = CircuitBreaker(LIMITS)
    fail(breaker, now, 3)
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = CircuitBreaker(LIMITS)
    fail(breaker, 0.0, 2)
    assert breaker.state(0.0) == "closed"
    fail(breaker, 0.0)
    assert breaker.state(0.0) == "open"
    with pytest.raises(CircuitOpen) as left_alone:
        breaker.admit(4.0)
    assert left_alone.value.seconds == pytest.approx(6.0)


def test_a_success_between_ends_the_row() -> None:
    breaker = CircuitBreaker(LIMITS)
    fail(breaker, 0.0, 2)
    succeed(breaker, 0.0)
    fail(breaker, 0.0, 2)
    assert breaker.state(0.0) == "closed"


def test_it_opens_when_half_of_the_last_fail_though_never_in_a_row() -> None:
    breaker = CircuitBreaker(LIMITS)
    for _ in range(4):
        fail(breaker, 0.0)
        succeed(breaker, 0.0)
    succeed(breaker, 0.0)
    assert breaker.state(0.0) == "closed"
    fail(breaker, 0.0)
    assert breaker.state(0.0) == "open"


def test_one_is_on_trial_and_the_others_wait() -> None:
    breaker = opened()
    trial = breaker.admit(10.0)
    assert (trial.is_trial, breaker.state(10.0)) == (True, "half-open")
    with pytest.raises(CircuitOpen):
        breaker.admit(10.0)


def test_a_trial_that_succeeds_closes_it() -> None:
    breaker = opened()
    succeed(breaker, 10.0)
    assert breaker.state(10.0) == "closed"
    assert not breaker.admit(10.0).is_trial


def test_a_trial_that_fails_doubles_the_wait_up_to_the_longest() -> None:
    breaker = opened()
    now = 10.0
    waits = []
    for _ in range(4):
        fail(breaker, now)
        with pytest.raises(CircuitOpen) as left_alone:
            breaker.admit(now)
        waits.append(left_alone.value.seconds)
        now += left_alone.value.seconds
    assert waits == pytest.approx([20, 35, 35, 35])


def test_a_trial_that_is_given_up_lets_another_try() -> None:
    breaker = opened()
    breaker.abandoned(breaker.admit(10.0))
    assert breaker.admit(10.0).is_trial


def test_what_began_before_it_opened_decides_nothing_of_the_trial() -> None:
    breaker = CircuitBreaker(LIMITS)
    late = [breaker.admit(0.0) for _ in range(2)]
    fail(breaker, 0.0, 3)
    trial = breaker.admit(10.0)
    breaker.failed(late[0], 10.0)
    breaker.succeeded(late[1])
    assert breaker.state(10.0) == "half-open"
    breaker.succeeded(trial)
    assert breaker.state(10.0) == "closed"
