"""A channel with a rate limit and a circuit breaker before it, and its figures counted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from services.eventing import metrics
from services.notifier.channels.channel import (
    Channel,
    ChannelError,
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
    OutboundMessage,
)
from services.notifier.channels.circuit_breaker import Admission, BreakerLimits, CircuitBreaker, CircuitOpen
from services.notifier.channels.retry import LONGEST_NAMED_SECONDS
from services.notifier.token_bucket import TokenBucket

log = structlog.get_logger(__name__)
_STATES: Final = {"closed": 0, "half-open": 1, "open": 2}
# Answers of this kind are about us or the whole channel, not about one message or its address.
_FAULTS_OF_THE_CHANNEL: Final = frozenset({401, 403, 407, 421})
_OUTCOMES: Final = {MessageRefused: "refused", FateUnknown: "unknown", ChannelUnavailable: "unavailable"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How a channel is spared: messages a second, how many at once after a rest, and when it is left alone.

    A message waits up to `longest_wait_seconds` for its turn.
    """

    per_second: float
    burst: int
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    longest_wait_seconds: float = 5.0


class ResilientChannel:
    """Raises ChannelUnavailable, with `retry_after_seconds`, for a message that it does not let through."""

    def __init__(
        self,
        channel: Channel,
        limits: Limits,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`monotonic` gives seconds that never go back; `sleep` waits."""
        self._channel = channel
        self._bucket = TokenBucket(limits.per_second, limits.burst)
        self._breaker = CircuitBreaker(limits.breaker)
        self._longest_wait_seconds = limits.longest_wait_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._show_state()

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._channel.name

    @property
    def honours_key(self) -> bool:
        """As the channel does."""
        return self._channel.honours_key

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the channel when its turn has come."""
        try:
            await self._turn(message)
            admission = self._breaker.admit(self._monotonic())
        except CircuitOpen as error:
            metrics.CHANNEL_ATTEMPTS.labels(self.name, "left-alone").inc()
            reason = "the channel is left alone for a while, having failed"
            raise ChannelUnavailable(self.name, message.notification_id, reason, None, error.seconds) from None
        finally:
            self._show_state()
        return await self._attempt(message, admission)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def _turn(self, message: OutboundMessage) -> None:
        """Wait for a token; not while the breaker is open, when tokens would be spent on nothing."""
        now = self._monotonic()
        if self._breaker.state(now) == "open":
            self._breaker.admit(now)
        wait = self._bucket.wait_seconds(now)
        if wait > self._longest_wait_seconds:
            metrics.CHANNEL_ATTEMPTS.labels(self.name, "over-limit").inc()
            reason = "the channel's rate limit is reached"
            raise ChannelUnavailable(self.name, message.notification_id, reason, None, wait)
        self._bucket.take(now)
        if wait > 0:
            await self._sleep(wait)

    async def _attempt(self, message: OutboundMessage, admission: Admission) -> Delivery:
        began = self._monotonic()
        outcome = "given-up"
        try:
            delivery = await self._channel.send(message)
        except ChannelError as error:
            outcome = _OUTCOMES[type(error)]
            self._learn(error, admission)
            raise
        except BaseException:
            self._breaker.abandoned(admission)
            raise
        else:
            outcome = "taken"
            self._breaker.succeeded(admission)
            self._count(delivery)
            return delivery
        finally:
            metrics.CHANNEL_ATTEMPTS.labels(self.name, outcome).inc()
            metrics.CHANNEL_SECONDS.labels(self.name).observe(self._monotonic() - began)
            self._show_state()

    def _learn(self, error: ChannelError, admission: Admission) -> None:
        now = self._monotonic()
        if isinstance(error, ChannelUnavailable) and error.retry_after_seconds:
            self._bucket.nothing_before(now + min(error.retry_after_seconds, LONGEST_NAMED_SECONDS))
        if not is_fault_of_the_channel(error):
            self._breaker.succeeded(admission)
            return
        before = self._breaker.state(now)
        self._breaker.failed(admission, now)
        if before != "open" and self._breaker.state(now) == "open":
            log.warning("channel_left_alone", channel=self.name, reason=error.reason, code=error.code)

    def _count(self, delivery: Delivery) -> None:
        if delivery.segments is not None:
            metrics.CHANNEL_SEGMENTS.labels(self.name).inc(delivery.segments)
        if delivery.cost_currency is not None:
            metrics.CHANNEL_COST.labels(self.name, delivery.cost_currency).inc(delivery.cost_micros)

    def _show_state(self) -> None:
        metrics.CHANNEL_BREAKER.labels(self.name).set(_STATES[self._breaker.state(self._monotonic())])


def is_fault_of_the_channel(error: ChannelError) -> bool:
    """Whether the channel itself fails: it is out of reach, breaks off, answers 5xx, or does not know us.

    A refusal of one message, a busy mailbox (SMTP 450) and a limit that is reached (429) are answers of one that works.
    """
    if isinstance(error, MessageRefused):
        return False
    return error.code is None or error.code >= 500 or error.code in _FAULTS_OF_THE_CHANNEL
