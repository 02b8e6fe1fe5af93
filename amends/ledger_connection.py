"""Commands that ask the ledger's database: one connection, and a message instead of a traceback."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import typer

from services.eventing.database import Connection, SchemaOutdated, require_current_schema
from services.eventing.settings import Settings
from services.schedules.money import UnknownCurrency

Result = TypeVar("Result")


def with_ledger(action: Callable[[Connection], Awaitable[Result]]) -> Result:
    """What `action` finds in the ledger's database; ends the program with code 1 when that cannot be asked."""
    try:
        return asyncio.run(_connected(action))
    except (SchemaOutdated, UnknownCurrency) as error:
        raise ended(str(error)) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ended(f"database: {error}") from None


def ended(message: str) -> typer.Exit:
    """Says why the program ends, with code 1."""
    typer.echo(message, err=True)
    return typer.Exit(1)


async def _connected(action: Callable[[Connection], Awaitable[Result]]) -> Result:
    connection = await asyncpg.connect(
        Settings().database_url_of("ledger"),
        server_settings={"search_path": "ledger", "jit": "off", "plan_cache_mode": "force_custom_plan"},
    )
    try:
        await require_current_schema(connection, "ledger")
        return await action(connection)
    finally:
        await connection.close()
