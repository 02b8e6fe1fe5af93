"""Late payments, each of which works its loan out anew, beside payments in time: `python -m bench.late`."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from amends.demo.flow import FlowWatch
from bench import raw_kafka
from bench.own_ledger import own_ledger
from bench.service_path import Throughput, not_on_topic, not_read, run_until
from bench.workload import workload
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from schemas import ledger

PRODUCT = "bench-late@1"
LATE_PERCENTAGES = (0, 5, 100)
PAYMENTS = 50_000
_LOANS = 10_000
_PRODUCTS = Path(__file__).parent / "products"


@dataclass(frozen=True, slots=True)
class MeasuredPayments:
    """Payments through the ledger, of which so many percent came ten days late."""

    late_percent: int
    path: Throughput


async def measure_late(
    stack: EphemeralStack, payments: int = PAYMENTS, percentages: Sequence[int] = LATE_PERCENTAGES
) -> list[MeasuredPayments]:
    """The same payments under a product with penalty interest, once for each percentage of late borrowers."""
    return [MeasuredPayments(percent, await _measure(stack, payments, percent)) for percent in percentages]


def table_of(measured: Sequence[MeasuredPayments]) -> Table:
    """The figures as a table."""
    table = Table(
        "Late", "Payments/s", "of those in time", "CPU us/payment", "Peak MB",
        title=f"{measured[0].path.events:,} payments on {_LOANS:,} loans with penalty interest and cost cap",
    )  # fmt: skip
    in_time = measured[0].path.per_second
    for one in measured:
        cpu = one.path.cpu_seconds / one.path.events * 1e6
        table.add_row(
            f"{one.late_percent} %",
            f"{one.path.per_second:,.0f}",
            f"{one.path.per_second / in_time:.0%}",
            f"{cpu:,.0f}",
            f"{one.path.peak_bytes / 1e6:,.0f}",
        )
    return table


async def _measure(stack: EphemeralStack, payments: int, late_percent: int) -> Throughput:
    work = workload(_LOANS, product=PRODUCT, late_percent=late_percent)
    products = {"AMENDS_LEDGER_PRODUCTS_DIR": str(_PRODUCTS)}
    async with own_ledger(stack, f"late_{late_percent}", products) as own, FlowWatch(own.settings) as watch:
        await raw_kafka.produce(own.settings, list(work.openings()))
        await run_until(own.services, "ledger", not_read(watch, "ledger"))
        own.services.stop()
        await raw_kafka.produce(own.settings, list(work.payment_events(payments)))
        return await run_until(own.services, "ledger", await not_on_topic(watch, ledger.TOPIC, payments))


def main(
    payments: Annotated[int, typer.Option(help="Payments in all.")] = PAYMENTS,
    late_percent: Annotated[list[int] | None, typer.Option(help="Of a hundred borrowers, how many pay late.")] = None,
) -> None:
    """Measure payments in time, mixed and late."""
    with ephemeral_stack() as stack:
        measured = asyncio.run(measure_late(stack, payments, late_percent or LATE_PERCENTAGES))
        Console().print(table_of(measured))


if __name__ == "__main__":
    os.environ.setdefault("AMENDS_LOG_LEVEL", "WARNING")
    typer.run(main)
