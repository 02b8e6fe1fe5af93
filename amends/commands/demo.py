"""`amends demo`: real books through the services, beside what their files say."""

import asyncio
import logging
import signal
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from amends.commands.migrate import migrate_everything
from amends.demo.cards import CUSTOMERS, USUAL_MINIMUM_PERCENT, CardCustomer, read_card_book
from amends.demo.cards_drive import MonthsBehind, drive_cards
from amends.demo.cards_report import differences, print_cards_report
from amends.demo.flow import FlowStuck, FlowWatch
from amends.environment import environment_of
from amends.processes import ServiceDidNotStart, ServiceProcesses
from deploy.embedded.ephemeral import ephemeral_stack
from deploy.embedded.errors import StackError
from deploy.embedded.stack import StackAddresses
from services.eventing.settings import Settings

demo_app = typer.Typer(no_args_is_help=True, help="Real books through the services, beside what their files say.")


@demo_app.callback()
def demo() -> None:
    """Real books through the services, beside what their files say."""


@demo_app.command("cards")
def cards(
    sample: Annotated[
        int | None, typer.Option(min=1, max=CUSTOMERS, help="Only so many of the 20,000 customers.")
    ] = None,
    minimum_percent: Annotated[
        float, typer.Option(min=0.1, max=100, help="Minimum payment of a statement, in percent of the bill.")
    ] = float(USUAL_MINIMUM_PERCENT),
) -> None:
    """Take six months of a bank's credit cards through ledger and dunning; print who fell behind and who came back.

    A Kafka and PostgreSQL of its own, gone with all data afterwards. Exit code 1 if dunning and the same rules without
    any service disagree about a customer.
    """
    console = Console()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    percent = Decimal(str(minimum_percent))
    customers = read_card_book(sample, percent)
    try:
        console.print("Starting Kafka and PostgreSQL ...")
        with ephemeral_stack() as stack:
            recorded = _through_the_services(console, stack.addresses, stack.data_dir / "services", customers)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        raise typer.Exit(1) from None
    except (StackError, ServiceDidNotStart, FlowStuck) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from None
    print_cards_report(console, customers, recorded, f"{percent.normalize():f}")
    if differences(customers, recorded):
        raise typer.Exit(1)


def _through_the_services(
    console: Console, addresses: StackAddresses, folder: Path, customers: list[CardCustomer]
) -> MonthsBehind:
    environment = environment_of(addresses)
    settings = Settings(kafka_bootstrap=addresses.kafka_bootstrap, database_url=addresses.database_url, clock="events")
    services = ServiceProcesses(folder, environment)
    try:
        asyncio.run(migrate_everything(settings))
        console.print("Starting ledger and dunning ...")
        for service in (services.start("ledger"), services.start("dunning")):
            services.wait_ready(service)
        return asyncio.run(_drive(settings, customers))
    finally:
        services.stop()


async def _drive(settings: Settings, customers: list[CardCustomer]) -> MonthsBehind:
    async with FlowWatch(settings) as watch:
        return await drive_cards(watch, customers)
