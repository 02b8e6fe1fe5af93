"""A ledger with a database and topics of its own on the stack of a bench."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from amends.commands.migrate import migrate_everything
from amends.environment import environment_of
from amends.processes import ServiceProcesses
from deploy.embedded.ephemeral import EphemeralStack
from services.eventing.settings import Settings


@dataclass(frozen=True, slots=True)
class OwnLedger:
    """How to reach it, and its processes, none of which runs yet."""

    settings: Settings
    services: ServiceProcesses


@asynccontextmanager
async def own_ledger(
    stack: EphemeralStack, name: str, environment: dict[str, str] | None = None
) -> AsyncIterator[OwnLedger]:
    """An empty, migrated ledger under a name (letters, digits, underscores); all of it is gone afterwards."""
    addresses = stack.addresses
    database = f"amends_{name}"
    await _administer(addresses.database_url, f"create database {database}")
    url = addresses.database_url.rsplit("/", 1)[0] + f"/{database}"
    prefix = f"{name}."
    settings = Settings(
        kafka_bootstrap=addresses.kafka_bootstrap, database_url=url, topic_prefix=prefix, clock="events"
    )
    own = {"AMENDS_DATABASE_URL": url, "AMENDS_TOPIC_PREFIX": prefix}
    services = ServiceProcesses(
        stack.data_dir / "services" / name, environment_of(addresses) | own | (environment or {})
    )
    try:
        await migrate_everything(settings)
        yield OwnLedger(settings, services)
    finally:
        services.stop()
        await _administer(addresses.database_url, f"drop database {database} with (force)")


async def _administer(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement, timeout=120)
    finally:
        await connection.close()
