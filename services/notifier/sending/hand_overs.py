"""Handing over: dispatches in flight, each with its channel, none waiting for another channel's."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from schemas.dunning import Channel
from services.eventing import metrics
from services.notifier.channels import channel as channels
from services.notifier.channels.channel import ChannelError, Delivery, FateUnknown, OutboundMessage
from services.notifier.sending.digest import Dispatch

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A dispatch that is marked as leaving, and what is handed over."""

    dispatch: Dispatch
    outbound: OutboundMessage = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """A hand-over, and what the channel said to it."""

    hand_over: HandOver
    result: Delivery | ChannelError


class HandOvers:
    """Dispatches that were handed over, until their answers are recorded."""

    def __init__(self, by_name: Mapping[Channel, channels.Channel], longest_seconds: float) -> None:
        """`longest_seconds` bounds a hand-over whose channel keeps to no bound of its own."""
        self._channels = by_name
        self._longest_seconds = longest_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids: set[str] = set()
        self._answered: list[Answered] = []
        self._in_flight: Counter[Channel] = Counter()
        self._news = asyncio.Event()
        self._wanted_news = 1

    @property
    def in_flight(self) -> Mapping[Channel, int]:
        """How many a channel has not answered, by channel."""
        return self._in_flight

    @property
    def dispatch_ids(self) -> Collection[str]:
        """The dispatches in flight, and those whose answer is not recorded."""
        return self._ids

    @property
    def answered(self) -> tuple[Answered, ...]:
        """Answers that are not recorded."""
        return tuple(self._answered)

    def begin(self, hand_over: HandOver) -> None:
        """Hand a dispatch to its channel."""
        channel = hand_over.dispatch.channel
        self._ids.add(hand_over.dispatch.dispatch_id)
        self._in_flight[channel] += 1
        metrics.DISPATCHES_IN_FLIGHT.labels(channel).inc()
        task = asyncio.create_task(self._hand_over(hand_over))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def recorded(self, answers: Sequence[Answered]) -> None:
        """Forget answers that are recorded: the oldest ones, as `answered` gave them."""
        self._ids.difference_update(one.hand_over.dispatch.dispatch_id for one in answers)
        del self._answered[: len(answers)]

    async def wait_for_answers(self, wanted: int, seconds: float) -> None:
        """Wait until `wanted` answers are there to be recorded, or all that can come, but no longer than `seconds`."""
        self._wanted_news = wanted
        self._news.clear()
        if not self._tasks or len(self._answered) >= wanted:
            return
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return

    async def _hand_over(self, hand_over: HandOver) -> None:
        result = await self._result(hand_over)
        channel = hand_over.dispatch.channel
        self._in_flight[channel] -= 1
        metrics.DISPATCHES_IN_FLIGHT.labels(channel).dec()
        self._answered.append(Answered(hand_over, result))
        if len(self._answered) >= self._wanted_news or not self._in_flight.total():
            self._news.set()

    async def _result(self, hand_over: HandOver) -> Delivery | ChannelError:
        """What the channel says. Of a channel that fails in a way of its own it is not known what it has done."""
        name, notification_id = hand_over.dispatch.channel, hand_over.outbound.notification_id
        try:
            async with asyncio.timeout(self._longest_seconds):
                return await self._channels[name].send(hand_over.outbound)
        except ChannelError as error:
            return error
        except TimeoutError:
            return FateUnknown(name, notification_id, "the channel did not answer in time")
        except Exception as error:
            # Its text may repeat an address.
            log.error("hand_over_failed", channel=name, notification_id=notification_id, error=type(error).__name__)
            return FateUnknown(name, notification_id, f"the channel failed: {type(error).__name__}")
