"""`amends tail`: show what flows."""

import asyncio
from contextlib import suppress
from typing import Annotated

import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from rich.console import Console
from rich.markup import escape

from schemas.registry import TOPICS
from services.eventing.personal_data import shown_value
from services.eventing.settings import Settings


def describe(record: ConsumerRecord) -> str:
    """One readable line for a record, without contact data, as rich markup."""
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    short = headers.get("ce_type", "?").removeprefix("amends.")
    key = (record.key or b"").decode("utf-8", "replace")
    body = shown_value(headers.get("ce_type"), record.value)
    return (
        f"[dim]{escape(record.topic)}/{record.partition}@{record.offset}[/dim] [bold cyan]{escape(short)}[/bold cyan]"
        f" [green]{escape(key)}[/green] {escape(headers.get('ce_subject', ''))}"
        f"#{escape(headers.get('ce_sequence', '-'))}"
        f" [dim]{escape(body)}[/dim]"
    )


async def _tail(settings: Settings, topics: list[str], beginning: bool, limit: int | None) -> None:
    console = Console(highlight=False)
    consumer = AIOKafkaConsumer(
        *(settings.topic(topic) for topic in topics),
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=None,
        auto_offset_reset="earliest" if beginning else "latest",
    )
    await consumer.start()
    try:
        shown = 0
        while limit is None or shown < limit:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records[: None if limit is None else limit - shown]:
                    console.print(describe(record), soft_wrap=True)
                    shown += 1
    finally:
        await consumer.stop()


def tail(
    topic: Annotated[str | None, typer.Argument(help="One topic; all of the contract without it.")] = None,
    from_beginning: Annotated[bool, typer.Option(help="Start with the oldest record.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records.")] = None,
) -> None:
    """Show the events that flow, readable, until Ctrl-C; contact data is withheld."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_tail(Settings(), [topic] if topic else list(TOPICS), from_beginning, limit))
