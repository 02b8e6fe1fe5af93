"""When a message that a channel could not take is tried again: exponential backoff with full jitter.

https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter
"""

from datetime import timedelta
from typing import Final

FIRST_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 900.0
LONGEST_NAMED_SECONDS: Final = 86_400.0
_MOST_DOUBLINGS: Final = 30


def retry_delay(attempt: int, retry_after_seconds: float | None, draw: float) -> timedelta:
    """The wait after attempt number `attempt` (from 1) failed; `draw` from [0, 1) spreads the attempts of many.

    Up to 2 s after the first, up to twice that after each further one, at most 15 minutes. A wait that the provider
    named is never cut short, and the same spread comes on top, lest all who were told it come back at once; of one
    beyond a day a day is kept.
    """
    doublings = min(max(attempt, 1) - 1, _MOST_DOUBLINGS)
    spread = draw * min(LONGEST_SECONDS, FIRST_SECONDS * 2**doublings)
    named = min(max(retry_after_seconds or 0.0, 0.0), LONGEST_NAMED_SECONDS)
    return timedelta(seconds=named + spread)
