"""A rate limit: a token bucket, kept as the generic cell rate algorithm (ITU-T I.371) that needs one number."""


class TokenBucket:
    """`rate_per_second` tokens flow in, `burst` at most are there. Seconds are of any clock that never goes back."""

    def __init__(self, rate_per_second: float, burst: int) -> None:
        """Raises ValueError where no token would ever be there."""
        if not rate_per_second > 0 or burst < 1:
            raise ValueError(f"a bucket of {burst} filled by {rate_per_second} a second gives nothing")
        self._seconds_a_token = 1 / rate_per_second
        self._tolerance_seconds = (burst - 1) * self._seconds_a_token
        self._full_at = 0.0

    def wait_seconds(self, now: float) -> float:
        """How long one who asked for a token would wait."""
        return max(0.0, self._full_at - self._tolerance_seconds - now)

    def take(self, now: float) -> float:
        """Take a token that is there in so many seconds, which are the answer; others come after it."""
        wait = self.wait_seconds(now)
        self._full_at = max(self._full_at, now) + self._seconds_a_token
        return wait

    def nothing_before(self, moment: float) -> None:
        """Give no token before a moment, and then no burst."""
        self._full_at = max(self._full_at, moment + self._tolerance_seconds)
