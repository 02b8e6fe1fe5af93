"""Reminders decided, worded and sent: `python -m bench.reminders`."""

import asyncio
import base64
import os
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.reminder_path import SentReminders, measure_reminders
from bench.reminder_words import Rate, rates
from deploy.embedded.ephemeral import ephemeral_stack

REMINDERS = 200_000
MESSAGES_ON_ONE_CORE = 20_000


def main(
    reminders: Annotated[int, typer.Option(help="Reminders due at once, for as many borrowers; 0: none.")] = REMINDERS,
    on_one_core: Annotated[int, typer.Option(help="Messages without a database.")] = MESSAGES_ON_ONE_CORE,
) -> None:
    """Measure decisions, words, and the whole path to a mail server."""
    _give_keys()
    console = Console()
    console.print(table_of_rates(rates(on_one_core)))
    if reminders:
        with ephemeral_stack() as stack:
            console.print(table_of_path(asyncio.run(measure_reminders(stack.addresses.database_url, reminders))))


def _give_keys() -> None:
    """Keys for contact data and links, where the environment has none: what is measured is thrown away."""
    key = base64.b64encode(os.urandom(32)).decode("ascii")
    for name, value in {
        "CONTACT_KEYS": f"bench:{key}", "CONTACT_INDEX_KEY": key, "PAGE_KEY": key, "PAGES_URL": "https://pages.example",
    }.items():  # fmt: skip
        os.environ.setdefault(f"AMENDS_NOTIFIER_{name}", value)


def table_of_rates(measured: Iterable[Rate]) -> Table:
    """What one core does without a database."""
    table = Table("Messages", "a second", title="One core, no database")
    for one in measured:
        table.add_row(one.what, f"{one.per_second:,.0f}")
    return table


def table_of_path(measured: SentReminders) -> Table:
    """What the whole path does."""
    table = Table("Reminders due at once", "figure", title="Queue, rules, templates, SMTP")
    table.add_row("sent", f"{measured.sent:,}")
    table.add_row("taken by the mail server", f"{measured.taken_by_server:,}")
    table.add_row("a second", f"{measured.sent / measured.seconds:,.0f}")
    table.add_row("CPU of the sender, us each", f"{measured.cpu_seconds / measured.sent * 1e6:,.0f}")
    table.add_row("memory before, MB", f"{measured.bytes_before / 1e6:,.0f}")
    table.add_row("memory at its highest, MB", f"{measured.peak_bytes / 1e6:,.0f}")
    return table


if __name__ == "__main__":
    os.environ.setdefault("AMENDS_LOG_LEVEL", "WARNING")
    typer.run(main)
