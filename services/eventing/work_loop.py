"""A loop of timed work that one process of a service does at a time, elected by an advisory lock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection, Pool, expire_if_read_only

log = structlog.get_logger(__name__)
Step = Callable[[Connection], Awaitable[bool]]


class WorkLoop:
    """Calls `step` again and again while this process holds the lock `name`.

    `step` gets a connection outside any transaction and says whether there may be more to do at once; otherwise the
    loop waits `idle_seconds`.
    """

    def __init__(self, name: str, pool: Pool, step: Step, idle_seconds: float = 0.2) -> None:
        self._name = name
        self._pool = pool
        self._step = step
        self._idle_seconds = idle_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, or stand by."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Finish the step in hand."""
        self._stopping.set()
        if self._task is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._task, timeout=20)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                async with self._pool.acquire() as connection:
                    await self._lead(connection)
            except INFRASTRUCTURE_ERRORS as error:
                log.warning("work_retry", loop=self._name, error=f"{type(error).__name__}: {error}")
                await expire_if_read_only(self._pool, error)
                await self._wait(0.5)
            except Exception:
                log.exception("work_failed", loop=self._name)
                await self._wait(2)

    async def _lead(self, connection: Connection) -> None:
        while not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", f"amends-{self._name}"):
            if await self._wait(1):
                return
        try:
            while not self._stopping.is_set():
                if not await self._step(connection):
                    await self._wait(self._idle_seconds)
        finally:
            with suppress(Exception):
                await connection.execute("select pg_advisory_unlock(hashtext($1))", f"amends-{self._name}")

    async def _wait(self, seconds: float) -> bool:
        """Wait, or be told to stop: True then."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()
