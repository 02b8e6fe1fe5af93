"""A stack of its own with all services on it, and payments that flow while a test breaks things."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from aiokafka.errors import KafkaError

from amends.commands.migrate import migrate_everything
from amends.demo.flow import FlowStuck, FlowWatch, until
from amends.demo.story import date_opened
from amends.environment import environment_of
from amends.processes import ServiceDidNotStart, ServiceProcesses
from amends.publishing import Publication, Publisher
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured
from services.eventing.settings import ServiceName, Settings
from tests.builders import DISBURSED_ON, borrower_registered, loan_disbursed, payment_captured, publication

YEARLY_DUE_MINOR = 47_800


@dataclass(frozen=True)
class Scene:
    """The stack, how to reach it, and its services."""

    stack: EphemeralStack
    settings: Settings
    services: ServiceProcesses


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """A migrated stack with its services started; everything is gone afterwards.

    Each service has a fixed instance name, as under a StatefulSet, so that a restarted one need not wait until Kafka
    gives up on the one that was killed.
    """
    with ephemeral_stack() as stack:
        settings = Settings(
            kafka_bootstrap=stack.addresses.kafka_bootstrap, database_url=stack.addresses.database_url, clock="events"
        )
        await migrate_everything(settings)
        environment = environment_of(stack.addresses) | {"AMENDS_CONSUMER_INSTANCE": "the-only-one"}
        services = ServiceProcesses(stack.data_dir / "services", environment)
        try:
            await asyncio.to_thread(services.start_all)
            yield Scene(stack, settings, services)
        finally:
            await asyncio.to_thread(services.stop)


@dataclass(frozen=True)
class Story:
    """Loans, and payments for them in the order in which they are told; a twentieth of them is backdated."""

    loans: list[LoanDisbursed]
    payments: list[PaymentCaptured]

    @property
    def opening(self) -> list[Publication]:
        """Borrowers, then their loans; every second borrower has a phone."""
        borrowers = list(dict.fromkeys(loan.borrower_id for loan in self.loans))
        phones = [f"+1555{number:07}" if number % 2 else None for number in range(len(borrowers))]
        registered = [borrower_registered(one, phone=phone) for one, phone in zip(borrowers, phones, strict=True)]
        return [publication(one) for one in (*registered, *self.loans)]


def story(chance: random.Random, *, loans: int, payments: int, days: int) -> Story:
    """Payments spread over loans and days: about as much as falls due, and too much for a tenth of the loans."""
    opened = [
        loan_disbursed(f"loan-{n}", borrower_id=f"borrower-{n % (loans * 3 // 4)}", number_of_instalments=36,
                       principal_minor=120_000 if n % 10 else 5_000)
        for n in range(loans)
    ]  # fmt: skip
    most_minor = 2 * YEARLY_DUE_MINOR * days // 365 * loans // payments
    captured = []
    for n in range(payments):
        day = DISBURSED_ON + timedelta(days=days * n // payments)
        back = chance.randint(0, 20) if chance.random() < 0.05 else 0
        captured.append(
            payment_captured(f"payment-{n}", loan=opened[chance.randrange(loans)],
                             amount_minor=chance.randint(1, most_minor),
                             value_date=max(DISBURSED_ON, day - timedelta(days=back)))
        )  # fmt: skip
    return Story(opened, captured)


async def tell_surely(settings: Settings, publications: list[Publication]) -> None:
    """Publish, and publish the same again for as long as Kafka does not take it: what publishers do."""
    while True:
        try:
            async with asyncio.timeout(10), Publisher(settings) as publisher:
                await publisher.publish(publications)
                return
        except (KafkaError, TimeoutError, OSError):
            await asyncio.sleep(0.3)


async def stream(settings: Settings, told: Story, seconds: float, dates: list[date]) -> None:
    """Tell all payments evenly over a time, and open the dates in between."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    pieces = 100
    size = -(-len(told.payments) // pieces)
    openings = {pieces * (index + 1) // len(dates) - 1: day for index, day in enumerate(dates)}
    for piece in range(pieces):
        publications = [publication(one) for one in told.payments[piece * size : (piece + 1) * size]]
        if piece in openings:
            publications.append(date_opened(openings[piece]))
        await tell_surely(settings, publications)
        await asyncio.sleep(max(0.0, began + seconds * (piece + 1) / pieces - loop.time()))


async def keep_alive(services: ServiceProcesses, name: ServiceName) -> None:
    """Start a service if it does not run, again if it ends by itself, and wait until it is ready."""
    while True:
        running = services.running.get(name)
        if running is None or running.process.poll() is not None:
            running = services.start(name)
        try:
            await asyncio.to_thread(services.wait_ready, running)
        except ServiceDidNotStart:
            await asyncio.sleep(0.2)
        else:
            return


async def come_to_rest(watch: FlowWatch, services: ServiceProcesses, on: date, seconds: float) -> None:
    """All services up and nothing on its way on this business date."""
    for name in get_args(ServiceName):
        await keep_alive(services, name)
    try:
        await until(lambda: watch.at_rest(on), seconds)
    except FlowStuck as stuck:
        raise FlowStuck(f"{stuck}: {await watch.on_its_way()}, completed {await watch.completed_date()}") from None
