"""Composition that is the same for every service: pool, consumer, relay, timed work, HTTP face, graceful stop."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
import uvicorn
from fastapi import APIRouter
from faststream import FastStream
from faststream.kafka import KafkaBroker

from services.eventing import database, metrics, store
from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import KeyFile
from services.eventing.batch import BatchHandler
from services.eventing.clock import SystemClock
from services.eventing.consumer import BatchConsumer
from services.eventing.database import Pool
from services.eventing.health import Health, http_face
from services.eventing.logs import configure_logs
from services.eventing.loop_probe import LoopProbe
from services.eventing.relay import Relay
from services.eventing.settings import ServiceName, Settings
from services.eventing.tracing import start_tracing

log = structlog.get_logger(__name__)
_LONGEST_STOP_SECONDS = 25.0
"""Less than the 30 seconds that Kubernetes gives by default."""


class ServiceDied(RuntimeError):
    """A partition could not go on without skipping records; its log says why. A new start goes on where it stood."""

    def __init__(self, service: ServiceName) -> None:
        super().__init__(f"service {service} could not go on, see `lane_ended` in its log")


class Work(Protocol):
    """Something that runs beside the consumer."""

    async def start(self) -> None:
        """Begin."""
        ...

    async def stop(self) -> None:
        """Finish what is in hand."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What makes a service: the topics it reads (earlier ones first), its reaction, its timed work, its HTTP API."""

    name: ServiceName
    topics: Sequence[str]
    handler: BatchHandler
    work: Callable[[Pool], Sequence[Work]] = field(default=lambda pool: ())
    api: Callable[[ApiConnections], Sequence[APIRouter]] = field(default=lambda connections: ())


async def run_service(parts: ServiceParts, settings: Settings, started: Callable[[int], None] | None = None) -> None:
    """Run one service until SIGTERM or SIGINT, then finish the batches in hand, commit and leave the group.

    `started` is told the HTTP port once the service works. Raises SchemaOutdated on an older schema, DocumentError when
    the file of API keys is wrong, and ServiceDied after the same orderly end when a partition cannot go on.
    """
    configure_logs(parts.name, settings.log_level)
    keys = KeyFile(settings.api_keys_file, SystemClock())
    tracing = start_tracing(parts.name, settings.traces_endpoint)
    pool = await _pool_when_up(settings, parts.name)
    async with pool.acquire() as connection:
        await database.require_current_schema(connection, parts.name)
    broker = KafkaBroker(
        settings.kafka_bootstrap,
        apply_types=False,
        allow_auto_create_topics=False,
        acks="all",
        enable_idempotence=True,
        logger=logging.getLogger("faststream"),
        graceful_timeout=20,
    )
    topics = [settings.topic(topic) for topic in parts.topics]
    consumer = BatchConsumer(broker, f"amends-{parts.name}", topics, pool, parts.handler, settings, tracing)
    relay = Relay(parts.name, pool, settings)
    beside: list[Work] = [relay, *parts.work(pool), _Gauges(pool), LoopProbe()]
    app = FastStream(broker, logger=logging.getLogger("faststream"))
    api_pool = await open_api_pool(settings, parts.name)
    server = _http_server(parts, settings, keys, api_pool, consumer)
    serving = asyncio.create_task(server.serve(), name="http")
    stop = _stop_signal()
    await app.start()
    await consumer.start()
    for work in beside:
        await work.start()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # batches make much short-lived data and hardly a cycle
    if started is not None:
        started(await server.port())
    log.info("service_started", service=parts.name)
    await _first_of(stop, consumer.died)
    log.info("service_stopping", service=parts.name)

    async def stop_all() -> None:
        await consumer.stop()
        await app.stop()
        for work in reversed(beside):
            await work.stop()
        server.should_exit = True
        await serving
        await api_pool.close()
        await pool.close()

    await _within(stop_all(), _LONGEST_STOP_SECONDS)
    log.info("service_stopped", service=parts.name)
    if consumer.died.is_set():
        raise ServiceDied(parts.name)


async def _within(stopping: Coroutine[None, None, None], seconds: float) -> None:
    """Stop, or end the process: with Kafka or PostgreSQL away, what waits for them may wait for ever.

    Nothing is lost by it. What was not committed has no effect, and whoever starts next does it.
    """
    task = asyncio.create_task(stopping, name="stop")
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        return task.result()
    log.warning("service_stop_cut_short", seconds=seconds)
    logging.shutdown()
    os._exit(1)


def _http_server(
    parts: ServiceParts, settings: Settings, keys: KeyFile, api_pool: Pool, consumer: BatchConsumer
) -> "_Server":
    """Health, metrics and the service's API on its port."""
    health = Health(
        started=consumer.assigned.is_set,
        live=lambda: consumer.alive,
        ready=lambda: consumer.assigned.is_set() and consumer.healthy,
    )
    routers = parts.api(ApiConnections(api_pool, settings.api_statement_timeout_seconds))
    face = http_face(parts.name, health, keys, routers, settings.api_body_limit_bytes)
    return _Server(
        uvicorn.Config(
            face,
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            lifespan="off",
            server_header=False,
        )
    )


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers."""

    def install_signal_handlers(self) -> None:
        return

    def capture_signals(self) -> "_NoSignals":  # type: ignore[override]
        return _NoSignals()

    async def port(self) -> int:
        """The port it listens on, once it does."""
        while not self.started:
            await asyncio.sleep(0.01)
        return int(self.servers[0].sockets[0].getsockname()[1])


class _NoSignals:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class _Gauges:
    """Keeps the gauges that need a query."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="gauges")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                async with self._pool.acquire() as connection:
                    rows, age = await store.outbox_backlog(connection)
                metrics.OUTBOX_ROWS.set(rows)
                metrics.OUTBOX_AGE.set(age)
            except database.INFRASTRUCTURE_ERRORS:
                log.info("gauges_retry")
            await asyncio.sleep(10)


async def _pool_when_up(settings: Settings, service: ServiceName) -> Pool:
    for attempt in range(60):
        try:
            return await database.open_pool(settings, service)
        except database.INFRASTRUCTURE_ERRORS as error:
            log.warning("database_not_up", attempt=attempt, error=str(error))
            await asyncio.sleep(1)
    return await database.open_pool(settings, service)


async def _first_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
