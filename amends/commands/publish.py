"""`amends publish`: publish events from standard input."""

import asyncio
import sys
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console

from amends.publishing import InvalidLine, Publication, Publisher, read_lines
from services.eventing.settings import Settings

_AT_ONCE = 1000


async def _publish_input(settings: Settings) -> int:
    """Publish line by line in chunks; what stands before a bad line is published. Raises InvalidLine."""
    published = 0
    chunk: list[Publication] = []
    async with Publisher(settings) as publisher:
        try:
            for publication in read_lines(sys.stdin):
                chunk.append(publication)
                if len(chunk) >= _AT_ONCE:
                    await publisher.publish(chunk)
                    published += len(chunk)
                    chunk = []
        finally:
            await publisher.publish(chunk)
            published += len(chunk)
            typer.echo(f"{published} events published", err=True)
    return published


def publish(
    check_only: Annotated[bool, typer.Option("--check", help="Validate the input without publishing.")] = False,
) -> None:
    """Validate and publish events, one JSON object a line: {"type", "subject", "data", "id"?, "sequence"?}."""
    console = Console(stderr=True)
    try:
        if check_only:
            console.print(f"{sum(1 for _ in read_lines(sys.stdin))} events are valid")
        else:
            asyncio.run(_publish_input(Settings()))
    except InvalidLine as error:
        console.print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KafkaError as error:
        console.print(f"[red]Kafka: {error}[/red]", highlight=False)
        raise typer.Exit(1) from None
