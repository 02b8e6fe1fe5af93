"""`amends migrate`: bring schemas and topics up to date."""

import asyncio
from typing import get_args

import typer
from rich.console import Console

from services.eventing.database import migrate as migrate_schema
from services.eventing.settings import ServiceName, Settings
from services.eventing.topics import ensure_topics


async def migrate_everything(settings: Settings) -> tuple[list[str], list[str]]:
    """Apply missing migrations of every service and create missing topics; returns both lists of names."""
    applied: list[str] = []
    for name in get_args(ServiceName):
        applied += [f"{name}: {done}" for done in await migrate_schema(settings.database_url_of(name), name)]
    return applied, await ensure_topics(settings)


def migrate() -> None:
    """Create or update the services' schemas and the topics of the contract."""
    try:
        applied, topics = asyncio.run(migrate_everything(Settings()))
    except OSError as error:
        typer.echo(f"cannot reach Kafka or PostgreSQL: {error}", err=True)
        raise typer.Exit(1) from None
    console = Console()
    for line in applied:
        console.print(f"applied {line}")
    for topic in topics:
        console.print(f"created topic {topic}")
    if not applied and not topics:
        console.print("nothing to do")
