"""`make bench`: print each stage beside its raw limit."""

import asyncio
import os
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from amends.commands.migrate import migrate_everything
from amends.demo.flow import FlowWatch, until
from amends.demo.story import date_opened
from amends.environment import environment_of
from amends.processes import ServiceProcesses
from bench import close, late, looks, raw_kafka, raw_postgres, reminders
from bench.service_path import Throughput, not_on_topic, not_read, run_until
from bench.workload import DISBURSED_ON, workload
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from schemas import ledger, payments
from services.eventing.settings import Settings

_LONGEST_CLOSE_SECONDS = 60.0


def main(
    count: Annotated[int, typer.Option("--payments", help="Payments through the path.")] = 200_000,
    loans: Annotated[int, typer.Option(help="Loans that they pay.")] = 10_000,
    with_path: Annotated[bool, typer.Option("--path/--no-path", help="Every service's path.")] = True,
    with_late: Annotated[bool, typer.Option("--late/--no-late", help="Late payments.")] = True,
    with_close: Annotated[bool, typer.Option("--close/--no-close", help="Close of a business date.")] = True,
    with_looks: Annotated[bool, typer.Option("--looks/--no-looks", help="A day of dunning.")] = True,
    with_reminders: Annotated[bool, typer.Option("--reminders/--no-reminders", help="Reminders due at once.")] = True,
) -> None:
    """Measure raw Kafka, raw PostgreSQL and every service's real path on the same bytes; late payments; large books."""
    console = Console()
    with ephemeral_stack() as pair:
        if with_path:
            console.print(asyncio.run(_bench(pair, count, loans)))
        if with_late:
            console.print(late.table_of(asyncio.run(late.measure_late(pair))))
        if with_close:
            console.print(close.table_of(asyncio.run(close.measure_closes(pair))))
        if with_looks:
            console.print(looks.table_of(asyncio.run(looks.measure_days(pair))))
    if with_reminders:
        reminders.main(reminders.REMINDERS, reminders.MESSAGES_ON_ONE_CORE)


async def _bench(pair: EphemeralStack, count: int, loans: int) -> Table:
    addresses = pair.addresses
    settings = Settings(kafka_bootstrap=addresses.kafka_bootstrap, database_url=addresses.database_url, clock="events")
    await migrate_everything(settings)
    work = workload(loans)
    services = ServiceProcesses(pair.data_dir / "services", environment_of(addresses))
    async with FlowWatch(settings) as watch:
        try:
            await raw_kafka.produce(settings, list(work.openings()))
            opened = await run_until(services, "ledger", not_read(watch, "ledger"))
            # Without a business date dunning would keep events, and decide nothing.
            await raw_kafka.produce(settings, [date_opened(DISBURSED_ON)])
            await until(lambda: _is_closed(watch), _LONGEST_CLOSE_SECONDS)
            services.stop()
            produced = await raw_kafka.produce(settings, list(work.payment_events(count)))
            consumed = await raw_kafka.consume(settings, payments.TOPIC, count)
            posted = await run_until(services, "ledger", await not_on_topic(watch, ledger.TOPIC, count))
            services.stop()
            dunned = await run_until(services, "dunning", not_read(watch, "dunning"))
            services.stop()
            noticed = await run_until(services, "notifier", not_read(watch, "notifier"))
        finally:
            services.stop()
    raw = await _raw_postgres(pair, settings, count, loans)
    table = Table("Stage", "Events/s", "of raw PostgreSQL", "CPU us/event", "Peak MB", title=f"{count:,} payments")
    table.add_row("raw Kafka, produce", f"{produced:,.0f}")
    table.add_row("raw Kafka, consume", f"{consumed:,.0f}")
    table.add_row("raw PostgreSQL, what a payment writes", f"{raw:,.0f}", "100 %")
    _add(table, "ledger: loan opened", opened, None)
    _add(table, "ledger: payment published -> payment-received", posted, raw)
    _add(table, "dunning: ledger event -> case evaluated", dunned, raw)
    _add(table, "notifier: ledger event -> standing", noticed, raw)
    return table


async def _is_closed(watch: FlowWatch) -> bool:
    return await watch.completed_date() == DISBURSED_ON and not (await watch.on_its_way(("ledger",))).total


async def _raw_postgres(pair: EphemeralStack, settings: Settings, count: int, loans: int) -> float:
    admin = await asyncpg.connect(settings.database_url)
    await admin.execute("create database amends_raw")
    await admin.close()
    url = settings.database_url.rsplit("/", 1)[0] + "/amends_raw"
    return await raw_postgres.insert_payments(url, workload(loans), count)


def _add(table: Table, stage: str, measured: Throughput, raw: float | None) -> None:
    share = "" if raw is None else f"{measured.per_second / raw:.0%}"
    cpu = measured.cpu_seconds / measured.events * 1e6
    table.add_row(stage, f"{measured.per_second:,.0f}", share, f"{cpu:,.0f}", f"{measured.peak_bytes / 1e6:,.0f}")


if __name__ == "__main__":
    os.environ.setdefault("AMENDS_LOG_LEVEL", "WARNING")
    typer.run(main)
