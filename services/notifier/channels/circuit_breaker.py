"""A circuit breaker: a channel that keeps failing is left alone for a while, then tried with one message.

Pattern: Michael Nygard, "Release It!" (2nd ed., 2018), chapter 5.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "half-open", "open"]


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a channel is left alone, and how long.

    It is after `consecutive_failures`, or when of the last `window` outcomes `share_percent` failed. `open_seconds`
    double each time that the trial fails, up to `longest_open_seconds`.
    """

    consecutive_failures: int = 5
    window: int = 50
    share_percent: int = 50
    open_seconds: float = 10.0
    longest_open_seconds: float = 300.0


class CircuitOpen(Exception):
    """The channel is left alone for `seconds` more, at least."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"left alone for {seconds:.1f} s more")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to use the channel; a trial decides whether others get it."""

    is_trial: bool


class CircuitBreaker:
    """Counts outcomes. Seconds are of any clock that never goes back.

    Whoever is admitted says how it ended, by `succeeded`, `failed` or `abandoned`, once. What ends while the channel is
    left alone, having begun before, decides nothing.
    """

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        self._failures_in_a_row = 0
        self._outcomes: deque[bool] = deque(maxlen=limits.window)
        self._open_until: float | None = None
        self._trials_failed = 0
        self._on_trial = False

    def state(self, now: float) -> State:
        """Closed: all pass. Open: none. Half-open: one at a time, which decides."""
        if self._open_until is None:
            return "closed"
        return "open" if now < self._open_until else "half-open"

    def admit(self, now: float) -> Admission:
        """Ask for leave. Raises CircuitOpen."""
        if self._open_until is None:
            return Admission(is_trial=False)
        if now < self._open_until:
            raise CircuitOpen(self._open_until - now)
        if self._on_trial:
            raise CircuitOpen(self._limits.open_seconds)
        self._on_trial = True
        return Admission(is_trial=True)

    def succeeded(self, admission: Admission) -> None:
        """The channel did its part, whatever it answered."""
        if admission.is_trial:
            self._on_trial = False
            self._open_until = None
            self._trials_failed = 0
        elif self._open_until is None:
            self._failures_in_a_row = 0
            self._outcomes.append(True)

    def failed(self, admission: Admission, now: float) -> None:
        """The channel did not do its part."""
        if admission.is_trial:
            self._on_trial = False
            self._trials_failed += 1
            self._open(now)
        elif self._open_until is None:
            self._failures_in_a_row += 1
            self._outcomes.append(False)
            if self._is_too_much():
                self._open(now)

    def abandoned(self, admission: Admission) -> None:
        """It was given up before it ended: nothing is learnt, and the next may be the trial."""
        if admission.is_trial:
            self._on_trial = False

    def _is_too_much(self) -> bool:
        if self._failures_in_a_row >= self._limits.consecutive_failures:
            return True
        if len(self._outcomes) < self._limits.window:
            return False
        return self._outcomes.count(False) * 100 >= self._limits.share_percent * self._limits.window

    def _open(self, now: float) -> None:
        seconds = self._limits.open_seconds * 2 ** min(self._trials_failed, 20)
        self._open_until = now + min(seconds, self._limits.longest_open_seconds)
        self._failures_in_a_row = 0
        self._outcomes.clear()
