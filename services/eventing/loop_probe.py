"""Measures how late the event loop wakes who waits for it: work that hogs it delays everything else of the process."""

import asyncio

from services.eventing import metrics

_EVERY_SECONDS = 0.25


class LoopProbe:
    """Sleeps a little again and again, and notes by how much each sleep was too long."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to measure."""
        self._task = asyncio.create_task(self._run(), name="loop-probe")

    async def stop(self) -> None:
        """End at once."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY_SECONDS
            await asyncio.sleep(_EVERY_SECONDS)
            metrics.EVENT_LOOP_LATE.observe(max(0.0, loop.time() - due))
