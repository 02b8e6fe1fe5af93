"""Commands that ask a service's database: one connection, and a message instead of a traceback."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import typer

from services.eventing.database import Connection, SchemaOutdated, require_current_schema
from services.eventing.settings import ServiceName, Settings

Result = TypeVar("Result")


def with_service(
    service: ServiceName,
    action: Callable[[Connection], Awaitable[Result]],
    *known_errors: type[Exception],
) -> Result:
    """What `action` finds in a service's database; ends the program with code 1 when that cannot be asked.

    `known_errors` tell the user enough by themselves.
    """
    try:
        return asyncio.run(_connected(service, action))
    except SchemaOutdated as error:
        raise ended(str(error)) from None
    except known_errors as error:
        raise ended(str(error)) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ended(f"database: {error}") from None


def ended(message: str) -> typer.Exit:
    """Says why the program ends, with code 1."""
    typer.echo(message, err=True)
    return typer.Exit(1)


async def _connected(service: ServiceName, action: Callable[[Connection], Awaitable[Result]]) -> Result:
    connection = await asyncpg.connect(
        Settings().database_url_of(service),
        server_settings={"search_path": service, "jit": "off", "plan_cache_mode": "force_custom_plan"},
    )
    try:
        await require_current_schema(connection, service)
        return await action(connection)
    finally:
        await connection.close()
