"""`amends run`: the whole path on a real portfolio, from nothing."""

import asyncio
import signal
import threading
from typing import Annotated

import typer
from rich.console import Console

from amends.commands.migrate import migrate_everything
from amends.demo.drive import drive
from amends.demo.flow import FlowStuck, FlowWatch
from amends.demo.portfolio import PortfolioLoan, read_portfolio
from amends.demo.report import print_report
from amends.environment import environment_of
from amends.processes import ServiceDidNotStart, ServiceProcesses
from deploy.embedded import stack
from deploy.embedded.stack import StackAddresses
from services.eventing.settings import Settings


def run(
    sample: Annotated[int | None, typer.Option(min=1, max=10_000, help="Only so many of the 10,000 loans.")] = None,
    stay: Annotated[bool, typer.Option(help="Stay up after the table, until Ctrl-C.")] = True,
) -> None:
    """Start Kafka, PostgreSQL and all services, take the LendingClub portfolio through them, print the table."""
    console = Console()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _interrupted(stop))
    console.print("Starting Kafka, PostgreSQL, mail and SMS sink ...")
    addresses = stack.up()
    environment = environment_of(addresses)
    settings = Settings(kafka_bootstrap=addresses.kafka_bootstrap, database_url=addresses.database_url, clock="events")
    services = ServiceProcesses(stack.data_folder() / "services", environment)
    try:
        asyncio.run(migrate_everything(settings))
        console.print("Starting ledger, dunning and notifier ...")
        services.start_all()
        asyncio.run(_tell(console, settings, read_portfolio(sample)))
        _print_addresses(console, addresses, services)
        if stay:
            console.print("Up. Ctrl-C stops everything; the data stays.")
            stop.wait()
    except KeyboardInterrupt:
        console.print("Interrupted.")
    except (ServiceDidNotStart, FlowStuck) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from None
    finally:
        console.print("Stopping ...")
        services.stop()
        stack.down()


async def _tell(console: Console, settings: Settings, loans: list[PortfolioLoan]) -> None:
    async with FlowWatch(settings) as watch:
        await drive(watch, loans)
        await print_report(console, watch, loans)


def _print_addresses(console: Console, addresses: StackAddresses, services: ServiceProcesses) -> None:
    console.print(f"What arrived (mail and SMS)  {addresses.sink_page_url}")
    console.print(f"Borrowers' pages             http://127.0.0.1:{addresses.pages_port}")
    console.print("                             by a mail's link to plans; the answer: the number's last four digits")
    for service in services.running.values():
        console.print(f"{service.name:<28} {service.url}/metrics")
    console.print(f"Kafka                        {addresses.kafka_bootstrap}")


def _interrupted(stop: threading.Event) -> None:
    if stop.is_set():
        return
    stop.set()
    raise KeyboardInterrupt
