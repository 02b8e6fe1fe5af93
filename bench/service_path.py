"""A service through the real path: Kafka in, PostgreSQL, outbox, Kafka out; one worker process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

from amends.demo.flow import FlowWatch
from amends.processes import ServiceProcess, ServiceProcesses
from services.eventing.settings import ServiceName

_LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Throughput:
    """Events between the first look and the last, the time between, CPU seconds and peak memory of the worker."""

    events: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds


async def run_until(services: ServiceProcesses, name: ServiceName, left: Callable[[], Awaitable[int]]) -> Throughput:
    """Start a service on a full topic and time it from its readiness until nothing is `left`."""
    service = services.start(name)
    await asyncio.to_thread(services.wait_ready, service)
    return await run_while(service, None, left)


async def run_while(service: ServiceProcess, events: int | None, left: Callable[[], Awaitable[int]]) -> Throughput:
    """Time a service that is ready until nothing is `left`; `events` is what it does, what is left now if None."""
    process = psutil.Process(service.process.pid)
    before = process.cpu_times()
    at_first = await left()
    started = time.perf_counter()
    peak = 0
    while await left():
        peak = max(peak, process.memory_info().rss)
        if time.perf_counter() - started > _LONGEST_SECONDS:
            raise TimeoutError(f"{service.name} did not finish in {_LONGEST_SECONDS:.0f} s, see {service.log}")
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - started
    after = process.cpu_times()
    cpu_seconds = after.user + after.system - before.user - before.system
    return Throughput(at_first if events is None else events, seconds, cpu_seconds, peak)


async def not_on_topic(watch: FlowWatch, topic: str, more: int) -> Callable[[], Awaitable[int]]:
    """How many of `more` records a topic still lacks, beside those that are on it."""

    async def on_topic() -> int:
        ends = await watch.ends()
        name = watch.settings.topic(topic)
        return sum(end for partition, end in ends.items() if partition.topic == name)

    wanted = more + await on_topic()

    async def lacking() -> int:
        return max(0, wanted - await on_topic())

    return lacking


def not_read(watch: FlowWatch, name: ServiceName) -> Callable[[], Awaitable[int]]:
    """How much a service has yet to read and send."""

    async def left() -> int:
        way = await watch.on_its_way((name,))
        return way.total if way.records else 1

    return left
