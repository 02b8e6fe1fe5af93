"""PostgreSQL is away for a while: the services wait, refuse nothing, and do everything once it is back."""

import asyncio
import random
from datetime import date
from typing import get_args

from amends.demo.flow import FlowWatch
from deploy.embedded import faults
from services.eventing.settings import ServiceName
from tests.faults import books
from tests.faults.scene import come_to_rest, scene, story, stream, tell_surely

OUTAGE_SECONDS = 30.0
STREAM_SECONDS = OUTAGE_SECONDS + 10
DATES = [date(2024, month, 15) for month in range(1, 5)]


async def test_an_outage_of_the_database_delays_everything_and_loses_nothing() -> None:
    told = story(random.Random(7), loans=100, payments=4_000, days=100)
    async with scene() as here:
        processes = {name: service.process.pid for name, service in here.services.running.items()}
        await tell_surely(here.settings, told.opening)
        streaming = asyncio.create_task(stream(here.settings, told, STREAM_SECONDS, DATES))
        await asyncio.sleep(5)
        await asyncio.to_thread(faults.stop_postgres, here.stack.data_dir)
        await asyncio.sleep(OUTAGE_SECONDS)
        await asyncio.to_thread(faults.start_postgres, here.stack.data_dir)
        await streaming
        async with FlowWatch(here.settings) as watch:
            await come_to_rest(watch, here.services, DATES[-1], 60)
            assert {name: here.services.running[name].process.pid for name in get_args(ServiceName)} == processes
            await books.assert_no_dead_letters(watch)
            await books.assert_books_hold(watch.connections["ledger"], told.payments)
            reading = await books.read_ledger_events(watch)
            books.assert_sequences_are_whole(reading)
            books.assert_each_payment_is_told(reading, told.payments)
