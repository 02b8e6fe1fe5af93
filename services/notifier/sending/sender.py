"""The sender: what is due leaves, as fast as each channel takes it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from schemas.dunning import Channel
from services.eventing.clock import Clock
from services.eventing.database import Connection, Pool
from services.eventing.work_loop import WorkLoop
from services.notifier.channels.channel import ChannelUnavailable
from services.notifier.sending.departures import Departures
from services.notifier.sending.endings import Endings
from services.notifier.sending.hand_overs import HandOvers
from services.notifier.sending.queue_store import release_forgotten
from services.notifier.sending.recovery import recover
from services.notifier.sending.room import Room

_WORK: Final = "notifier-sender"
_PAUSE_SECONDS: Final = 0.05
_REST: Final = timedelta(seconds=1)
_SWEEP_EVERY: Final = timedelta(seconds=30)
_LONGEST_DRAIN_SECONDS: Final = 10.0


class Sender:
    """One step records what channels answered, marks what is due as far as they have room, and hands it over.

    Hand-overs go on across steps, so that a slow channel holds up only its own messages. A step that finds more in
    flight than half of the places waits a moment for answers, so that they are recorded many at a time. A channel that
    asks for patience is given nothing for a second: what waits for it is not marked and taken back over and over.
    """

    def __init__(
        self,
        departures: Departures,
        endings: Endings,
        hand_overs: HandOvers,
        places: Mapping[Channel, int],
        clock: Clock,
    ) -> None:
        """`places` is how many dispatches each channel may have in flight."""
        self._departures = departures
        self._endings = endings
        self._hand_overs = hand_overs
        self._places = places
        self._clock = clock
        self._led_on: Connection | None = None
        self._swept_at: datetime | None = None
        self._rests_until: dict[Channel, datetime] = {}
        self._is_closing = False
        self._drained = asyncio.Event()
        self._drained.set()

    async def __call__(self, connection: Connection) -> bool:
        """See Step: True while anything is in flight or more may be due."""
        if connection is not self._led_on:
            await recover(connection, self._hand_overs.dispatch_ids, self._clock.now())
            self._led_on = connection
        await self._sweep(connection)
        await self._record_answers(connection)
        if self._is_closing:
            return await self._drain()
        room = Room.beside(self._open_places(), self._hand_overs.in_flight)
        marked = await self._departures.mark(connection, room)
        for hand_over in marked.hand_overs:
            self._drained.clear()
            self._hand_overs.begin(hand_over)
        in_flight = sum(self._hand_overs.in_flight.values())
        await self._hand_overs.wait_for_answers(max(1, in_flight // 2), _PAUSE_SECONDS)
        return bool(marked.decided or self._hand_overs.dispatch_ids)

    async def close(self, longest_seconds: float) -> None:
        """Mark nothing more, and wait until what is in flight is answered and recorded, or the time is over."""
        self._is_closing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._drained.wait(), longest_seconds)

    def _open_places(self) -> dict[Channel, int]:
        now = self._clock.now()
        return {
            channel: places
            for channel, places in self._places.items()
            if channel not in self._rests_until or self._rests_until[channel] <= now
        }

    async def _record_answers(self, connection: Connection) -> None:
        answers = self._hand_overs.answered
        if answers:
            await self._endings.record(connection, answers)
            self._hand_overs.recorded(answers)
            for answer in answers:
                if isinstance(answer.result, ChannelUnavailable) and answer.result.retry_after_seconds:
                    self._rests_until[answer.hand_over.dispatch.channel] = self._clock.now() + _REST
        if not self._hand_overs.dispatch_ids:
            self._drained.set()

    async def _drain(self) -> bool:
        await self._hand_overs.wait_for_answers(1, _PAUSE_SECONDS)
        return bool(self._hand_overs.dispatch_ids)

    async def _sweep(self, connection: Connection) -> None:
        """Now and then, release what waits for a contact that came at the same moment."""
        now = self._clock.now()
        if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
            await release_forgotten(connection)
            self._swept_at = now


class SenderWork:
    """The sender as timed work of one process at a time; it lets go only when nothing is in flight any more."""

    def __init__(self, pool: Pool, sender: Sender) -> None:
        self._sender = sender
        self._loop = WorkLoop(_WORK, pool, sender)

    async def start(self) -> None:
        """Begin, or stand by."""
        await self._loop.start()

    async def stop(self) -> None:
        """Finish what is in flight, within bounds. What is left is settled by the next sender as after a death."""
        await self._sender.close(_LONGEST_DRAIN_SECONDS)
        await self._loop.stop()
