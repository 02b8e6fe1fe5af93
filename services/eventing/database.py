"""Connections to PostgreSQL, and the migrations of a service's schema."""

import asyncio
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import asyncpg
import structlog

from services.eventing.measured_pool import MeasuredPool
from services.eventing.settings import ServiceName, Settings

Connection = Any  # asyncpg.Connection or its pool proxy, which share no base
Pool = asyncpg.Pool

# Faults of the infrastructure, retried with backoff and never dead-lettered.
INFRASTRUCTURE_ERRORS = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.CannotConnectNowError,
    asyncpg.LockNotAvailableError,
)
log = structlog.get_logger(__name__)


class SchemaOutdated(RuntimeError):
    """The database lacks migrations that this version of the service needs."""

    def __init__(self, schema: str, missing: list[str]) -> None:
        super().__init__(f"schema {schema} lacks migrations {', '.join(missing)}: run `amends migrate`")
        self.schema = schema
        self.missing = missing


class MigrationChanged(RuntimeError):
    """A migration that was already applied has other text now."""

    def __init__(self, schema: str, name: str) -> None:
        super().__init__(f"migration {name} of schema {schema} differs from the one applied")


async def open_pool(settings: Settings, service: ServiceName) -> Pool:
    """A pool whose connections work in the service's schema."""
    return await MeasuredPool(
        settings.database_url_of(service),
        min_size=1,
        max_size=settings.pool_connections,
        command_timeout=settings.statement_timeout_seconds,
        timeout=10,
        server_settings={
            "search_path": service,
            "jit": "off",
            "application_name": f"amends-{service}",
            "plan_cache_mode": "force_custom_plan",
        },
    )


async def expire_if_read_only(pool: Pool, error: BaseException) -> None:
    """After a fail-over the old primary is read-only: let the pool connect anew."""
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        await pool.expire_connections()


async def migrate(database_url: str, service: ServiceName) -> list[str]:
    """Bring a service's schema up to date; one migrator at a time. Returns the names applied.

    Raises MigrationChanged when the past was edited.
    """
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("select pg_advisory_lock(hashtext('amends-migrate'))")
        await connection.execute(f'create schema if not exists "{service}"')
        await connection.execute(f'set search_path to "{service}"')
        await connection.execute("set lock_timeout to '5s'")
        await connection.execute(
            "create table if not exists migration"
            " (name text primary key, text_md5 text not null, applied_at timestamptz not null default now())"
        )
        return await _apply_missing(connection, service)
    finally:
        await connection.close()


async def _apply_missing(connection: Connection, service: ServiceName) -> list[str]:
    applied = {row["name"]: row["text_md5"] for row in await connection.fetch("select name, text_md5 from migration")}
    done: list[str] = []
    for name, text in migrations_of(service):
        checksum = await connection.fetchval("select md5($1)", text)
        if name in applied:
            if applied[name] != checksum:
                raise MigrationChanged(service, name)
            continue
        async with connection.transaction():
            await connection.execute(text)
            await connection.execute("insert into migration (name, text_md5) values ($1, $2)", name, checksum)
        log.info("migration_applied", schema=service, migration=name)
        done.append(name)
    return done


async def require_current_schema(connection: Connection, service: ServiceName) -> None:
    """Refuse to work on an older schema. Raises SchemaOutdated."""
    try:
        applied = {row["name"] for row in await connection.fetch("select name from migration")}
    except asyncpg.UndefinedTableError:
        applied = set()
    missing = [name for name, _ in migrations_of(service) if name not in applied]
    if missing:
        raise SchemaOutdated(service, missing)


def migrations_of(service: ServiceName) -> list[tuple[str, str]]:
    """Names and texts of a service's migrations in order, those of eventing first."""
    return [*_sql_files("services.eventing", "eventing"), *_sql_files(f"services.{service}", service)]


def _sql_files(package: str, label: str) -> list[tuple[str, str]]:
    folder: Traversable = resources.files(package) / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(f"{label}/{file.name}", file.read_text(encoding="utf-8")) for file in files]
