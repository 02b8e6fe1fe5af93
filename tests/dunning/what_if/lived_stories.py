"""The record of a story that was told to dunning as it runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
from hypothesis import HealthCheck, settings

from services.dunning.ladder.choice import Ladders
from services.dunning.what_if.history import History
from services.dunning.what_if.store import histories
from services.eventing.database import Connection
from tests.dunning.what_if.live_dunning import Notifier, live_dunning
from tests.dunning.what_if.stories import Day, Telling

# A story takes a second or two, with what is made of it.
stories_lived = settings(
    max_examples=settings().max_examples // 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@asynccontextmanager
async def rolled_back(database_url: str) -> AsyncIterator[Connection]:
    """A connection on which all that happens is undone in the end."""
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "dunning"})
    try:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()
    finally:
        await connection.close()


async def lived(
    database_url: str, choices: Sequence[Ladders], story: list[Day], notifier: Notifier, *, is_prompt: bool = False
) -> tuple[list[History], date]:
    """The record of a story, lived by the first of `choices` from the start on, and its last business date."""
    async with rolled_back(database_url) as connection:
        live = live_dunning(connection, choices[0], notifier)
        last_on = await Telling(live, choices, is_prompt).tell(story)
        return [history async for chunk in histories(connection, 2) for history in chunk], last_on
