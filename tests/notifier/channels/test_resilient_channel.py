"""A channel behind its limits: what the sender sees, and what is counted."""

import asyncio
from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY

from services.notifier.channels.channel import (
    Channel,
    ChannelError,
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
    OutboundMessage,
)
from services.notifier.channels.circuit_breaker import BreakerLimits
from services.notifier.channels.default_gateway import default_gateway
from services.notifier.channels.resilient import Limits, ResilientChannel
from tests.notifier.channels.http_server import http_provider, sms_channel
from tests.notifier.channels.messages import SMS

BREAKER = BreakerLimits(consecutive_failures=2, window=100, open_seconds=10)
TAKEN = Delivery("m-1", 2, 30_000, "CNY")


@dataclass
class Told:
    """A channel that answers as it is told."""

    answer: Delivery | ChannelError = TAKEN
    name: str = "sms"
    honours_key: bool = False
    sent: list[OutboundMessage] = field(default_factory=list)

    async def send(self, message: OutboundMessage) -> Delivery:
        self.sent.append(message)
        if isinstance(self.answer, ChannelError):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Time:
    """Seconds that pass when somebody sleeps."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def behind_limits(channel: Channel, time: Time, *, per_second: float = 1_000, burst: int = 1_000) -> ResilientChannel:
    limits = Limits(per_second, burst, BREAKER, longest_wait_seconds=5.0)
    return ResilientChannel(channel, limits, monotonic=time.monotonic, sleep=time.sleep)


def unavailable(code: int | None, retry_after_seconds: float | None = None) -> ChannelUnavailable:
    return ChannelUnavailable("sms", "N:1", "told so", code, retry_after_seconds)


async def fault_of(channel: Channel) -> ChannelUnavailable:
    with pytest.raises(ChannelUnavailable) as fault:
        await channel.send(SMS)
    return fault.value


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_it_is_the_channel_that_it_stands_before() -> None:
    inner = Told(honours_key=True)
    channel: Channel = behind_limits(inner, Time())
    assert (channel.name, channel.honours_key) == ("sms", True)
    assert await channel.send(SMS) == TAKEN


async def test_messages_wait_for_their_turn() -> None:
    time = Time()
    channel = behind_limits(Told(), time, per_second=2, burst=1)
    for _ in range(3):
        await channel.send(SMS)
    assert time.now == pytest.approx(1.0)


async def test_who_would_wait_too_long_is_sent_back_and_told_how_long() -> None:
    inner = Told()
    channel = behind_limits(inner, Time(), per_second=0.1, burst=1)
    await channel.send(SMS)
    assert (await fault_of(channel)).retry_after_seconds == pytest.approx(10.0)
    assert len(inner.sent) == 1


async def test_a_pause_that_the_provider_named_holds_for_all() -> None:
    time, inner = Time(), Told(unavailable(429, 60.0))
    channel = behind_limits(inner, time)
    assert (await fault_of(channel)).retry_after_seconds == 60.0
    time.now = 20.0
    inner.answer = TAKEN
    assert (await fault_of(channel)).retry_after_seconds == pytest.approx(40.0)
    assert len(inner.sent) == 1
    time.now = 60.0
    assert await channel.send(SMS) == TAKEN


@pytest.mark.parametrize(
    "fault", [unavailable(None), unavailable(500), unavailable(421), unavailable(401), FateUnknown("sms", "N:1", "-")]
)
async def test_a_channel_that_fails_in_a_row_is_left_alone_and_tried_later(fault: ChannelError) -> None:
    time, inner = Time(), Told(fault)
    channel = behind_limits(inner, time)
    for _ in range(2):
        with pytest.raises(type(fault)):
            await channel.send(SMS)
    assert (await fault_of(channel)).retry_after_seconds == pytest.approx(10.0)
    assert len(inner.sent) == 2
    assert sample("amends_channel_breaker_state", channel="sms") == 2
    time.now, inner.answer = 10.0, TAKEN
    assert await channel.send(SMS) == TAKEN
    assert sample("amends_channel_breaker_state", channel="sms") == 0


@pytest.mark.parametrize("answer", [MessageRefused("sms", "N:1", "-", 550), unavailable(450), unavailable(429)])
async def test_answers_about_one_message_do_not_close_the_channel_to_others(answer: ChannelError) -> None:
    inner = Told(answer)
    channel = behind_limits(inner, Time())
    for _ in range(10):
        with pytest.raises(type(answer)):
            await channel.send(SMS)
    assert len(inner.sent) == 10


async def test_a_trial_that_is_cancelled_lets_another_try() -> None:
    time, inner = Time(), Told(unavailable(None))
    channel = behind_limits(inner, time)
    for _ in range(2):
        await fault_of(channel)
    time.now = 10.0
    inner.answer = TAKEN
    send, began = inner.send, asyncio.Event()

    async def hang(message: OutboundMessage) -> Delivery:
        began.set()
        await asyncio.Event().wait()
        return TAKEN

    inner.send = hang  # type: ignore[method-assign]
    trial = asyncio.create_task(channel.send(SMS))
    await began.wait()
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    inner.send = send  # type: ignore[method-assign]
    assert await channel.send(SMS) == TAKEN


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (TAKEN, "taken"),
        (unavailable(500), "unavailable"),
        (MessageRefused("sms", "N:1", "-"), "refused"),
        (FateUnknown("sms", "N:1", "-"), "unknown"),
    ],
)
async def test_each_outcome_is_counted(answer: Delivery | ChannelError, outcome: str) -> None:
    before = sample("amends_channel_attempts_total", channel="sms", outcome=outcome)
    await asyncio.gather(behind_limits(Told(answer), Time()).send(SMS), return_exceptions=True)
    assert sample("amends_channel_attempts_total", channel="sms", outcome=outcome) == before + 1


async def test_cost_and_segments_are_counted() -> None:
    cost = sample("amends_channel_cost_micros_total", channel="sms", currency="CNY")
    segments = sample("amends_channel_segments_total", channel="sms")
    await behind_limits(Told(), Time()).send(SMS)
    assert sample("amends_channel_cost_micros_total", channel="sms", currency="CNY") == cost + 30_000
    assert sample("amends_channel_segments_total", channel="sms") == segments + 2


async def test_a_gateway_that_answers_500_is_left_alone_after_the_first_failures() -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False)) as sms,
    ):
        provider.status = "500 Oops"
        channel = behind_limits(sms, Time())
        for _ in range(20):
            await fault_of(channel)
        assert len(provider.requests) == 2
