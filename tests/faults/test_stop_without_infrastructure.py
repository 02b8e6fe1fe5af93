"""Kafka and PostgreSQL are gone, and the services are told to stop."""

import asyncio
import time

from deploy.embedded.stack import Stack
from tests.faults.scene import scene

LONGEST_SECONDS = 30


async def test_services_stop_in_time_though_nothing_answers_them() -> None:
    async with scene() as here:
        await asyncio.to_thread(Stack(here.stack.data_dir).down)
        await asyncio.sleep(5)
        started = time.monotonic()
        for service in here.services.running.values():
            service.process.terminate()
        for service in here.services.running.values():
            await asyncio.to_thread(service.process.wait, LONGEST_SECONDS)
        assert time.monotonic() - started < LONGEST_SECONDS
