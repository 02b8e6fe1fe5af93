"""Commands of dunning's API, done on the connection of a dunning that lives in a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.dunning.api.command_requests import Command
from services.dunning.api.commanding import Commands
from services.dunning.api.used_ladders import UsedLadders
from services.eventing.api_commands import Sender
from services.eventing.api_connections import ApiConnections
from services.eventing.api_keys import new_key
from services.eventing.database import Connection
from services.eventing.problems import Problem
from tests.dunning.what_if.live_dunning import LiveDunning


class OneConnection(ApiConnections):
    """Every transaction is one of the same connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with self._connection.transaction():
            yield self._connection


class LiveCommands:
    """Somebody at the API of a dunning; each command has a key of its own."""

    def __init__(self, live: LiveDunning) -> None:
        self._live = live
        self._key, _ = new_key("console", ["dunning:command"])
        self._sent = 0

    async def do(self, command: Command) -> bool:
        """Send a command; False when it is refused."""
        self._sent += 1
        connections = OneConnection(self._live.connection)
        commands = Commands(connections, self._live.work, UsedLadders(connections, self._live.work))
        sender = Sender(self._key, f"key-{self._sent}", None, f"request-{self._sent}", None)
        async with self._live.handing_over():
            try:
                await commands.do(command, sender)
            except Problem as problem:
                self._live.refused.append(str(problem))
                return False
        return True

    async def open_tasks(self, borrower_id: str, kind: str) -> list[str]:
        """Ids of what a person was asked to do and has not done."""
        rows = await self._live.connection.fetch(
            "select task_id from task where borrower_id = $1 and kind = $2 and done_on is null order by task_id",
            borrower_id,
            kind,
        )
        return [row[0] for row in rows]
