"""A change to a service's tables that hangs before it commits: the moment at which to kill who asked for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from amends.demo.flow import until
from services.eventing.database import Connection

_LOCK = 20_240_229
_WAITING_SECONDS = 30
_HANGING = f"from pg_locks where locktype = 'advisory' and not granted and objid = {_LOCK}"
_HANG = f"""
create function hang() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock({_LOCK}); return null; end $$;
"""


class HangingChange:
    """The change, as the server sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def until_asked_for(self) -> None:
        """Wait until a service has asked for the change and hangs. Raises FlowStuck."""
        await until(self._hangs, _WAITING_SECONDS)

    async def cut_off(self) -> None:
        """End the server's side of a connection whose client is dead, so that what it asked for is never done."""
        await self._connection.execute(f"select pg_terminate_backend(pid) {_HANGING}")

        async def gone() -> bool:
            return not await self._hangs()

        await until(gone, _WAITING_SECONDS)

    async def _hangs(self) -> bool:
        return bool(await self._connection.fetchval(f"select count(*) {_HANGING}"))


@asynccontextmanager
async def hanging(database_url: str, connection: Connection, change: str) -> AsyncIterator[HangingChange]:
    """Within the block `change` (the part of a trigger from its event on) hangs in the schema of `connection`.

    One that was asked for and not cut off is done when the block ends.
    """
    holder = await asyncpg.connect(database_url)
    try:
        await holder.execute(f"select pg_advisory_lock({_LOCK})")
        await connection.execute(f"{_HANG} create trigger hang after {change} execute function hang()")
        yield HangingChange(connection)
        # Dropping waits for whoever hangs, who waits for the lock.
        await holder.execute(f"select pg_advisory_unlock({_LOCK})")
        await connection.execute("drop function hang cascade")
    finally:
        await holder.close()
