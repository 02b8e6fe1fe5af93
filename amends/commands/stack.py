"""`amends stack`: the servers Amends needs (Kafka, PostgreSQL, a message sink), without Docker."""

import logging
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from amends.environment import environment_of
from deploy.embedded.errors import StackError
from deploy.embedded.stack import ServerStatus, Stack, data_folder

stack_app = typer.Typer(
    help="Kafka, PostgreSQL and a sink for e-mails and SMS as plain processes on this machine.", no_args_is_help=True
)
TITLES = {"kafka": "Kafka", "postgres": "PostgreSQL", "sink": "Message sink"}

Folder = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the stack's data. Default: AMENDS_DATA, else .amends in this folder."),
]


@stack_app.command("up")
def up_command(data: Folder = None) -> None:
    """Start the servers that do not run yet, and wait until all are ready."""
    stack = Stack(data_folder(data))
    with _failures(), Console(stderr=True).status("Starting Kafka, PostgreSQL and the message sink …"):
        addresses = stack.up()
    console = Console()
    console.print(_status_table(stack.status()))
    for name, value in environment_of(addresses).items():
        console.print(escape(f"export {name}={shlex.quote(value)}"), soft_wrap=True, highlight=False)
    console.print(f"Messages: {addresses.sink_page_url}", soft_wrap=True, highlight=False)


@stack_app.command("down")
def down_command(data: Folder = None) -> None:
    """Stop the servers; their data stay for the next start."""
    stack = Stack(data_folder(data))
    with _failures(), Console(stderr=True).status("Stopping the servers …"):
        stack.down()
    Console().print(f"Stopped. The data stay in {escape(str(stack.folder))}.", soft_wrap=True, highlight=False)


@stack_app.command("status")
def status_command(data: Folder = None) -> None:
    """Show the servers; exit code 1 unless all are ready."""
    stack = Stack(data_folder(data))
    with _failures():
        servers = stack.status()
    if not servers:
        Console().print(f"There is no stack in {escape(str(stack.folder))}.", soft_wrap=True, highlight=False)
        raise typer.Exit(1)
    Console().print(_status_table(servers))
    if not all(server.ready for server in servers):
        raise typer.Exit(1)


def _status_table(servers: list[ServerStatus]) -> Table:
    table = Table(title="Amends stack", title_justify="left")
    for heading in ("What", "Address", "Pid", "Ready"):
        table.add_column(heading, overflow="fold")
    for server in servers:
        pid = str(server.pid) if server.pid else "–"
        ready = "[green]yes[/green]" if server.ready else "[red]no[/red]"
        table.add_row(TITLES[server.name], escape(server.address), pid, ready)
    return table


@contextmanager
def _failures() -> Iterator[None]:
    """Turn a failure of the stack into a clear message and exit code 1."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        yield
    except (StackError, OSError) as error:
        Console(stderr=True).print(f"[red]Failed:[/red] {escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from error
