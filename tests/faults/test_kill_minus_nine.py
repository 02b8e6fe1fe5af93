"""Services are killed again and again, Kafka and PostgreSQL crash once: nothing is lost, nothing happens twice."""

import asyncio
import random
from collections import Counter
from datetime import date
from typing import get_args

from amends.demo.flow import FlowWatch
from deploy.embedded import faults
from services.eventing.settings import ServiceName
from tests.faults import books, messages
from tests.faults.scene import Scene, come_to_rest, keep_alive, scene, story, stream, tell_surely

SEED = 20240229
KILLS = {"ledger": 20, "dunning": 17, "notifier": 17}
STREAM_SECONDS = 75.0
REST_SECONDS = 90.0
DATES = [date(2024, month, day) for month in range(1, 13) for day in (4, 20)]


async def test_nothing_is_lost_or_doubled_when_processes_are_killed_at_random() -> None:
    chance = random.Random(SEED)
    told = story(chance, loans=400, payments=20_000, days=355)
    async with scene() as here:
        await tell_surely(here.settings, told.opening)
        streaming = asyncio.create_task(stream(here.settings, told, STREAM_SECONDS, DATES))
        crashing = asyncio.create_task(_crash_servers(here, STREAM_SECONDS))
        found_leaving: set[str] = set()
        killed = await asyncio.gather(
            *(_kill_often(here, name, chance, found_leaving) for name in get_args(ServiceName))
        )
        await asyncio.gather(streaming, crashing)
        async with FlowWatch(here.settings) as watch:
            await come_to_rest(watch, here.services, DATES[-1], REST_SECONDS)
            assert sum(sum(one.values()) for one in killed) >= 50
            assert sum(one["working"] for one in killed) >= 25
            await books.assert_no_dead_letters(watch)
            await books.assert_books_hold(watch.connections["ledger"], told.payments)
            reading = await books.read_ledger_events(watch)
            books.assert_sequences_are_whole(reading)
            books.assert_each_payment_is_told(reading, told.payments)
            keys = messages.keys_of(here.stack.addresses)
            messages_told = await messages.read_told(watch.connections["notifier"], keys)
            arrivals = messages.read_arrivals(here.stack.data_dir)
            messages.assert_one_reference_is_one_message(arrivals)
            messages.assert_what_was_sent_arrived_as_recorded(messages_told, arrivals)
            messages.assert_nothing_came_twice(arrivals)
            deaths = messages.Deaths(found_leaving, database_crashes=1)
            messages.assert_unknown_ends_are_accounted_for(messages_told, deaths)


async def _kill_often(here: Scene, name: ServiceName, chance: random.Random, found_leaving: set[str]) -> Counter[str]:
    """kill -9 one service again and again: two times in three at work, otherwise while it starts.

    Notes each message that a killed notifier leaves on its way.
    """
    killed: Counter[str] = Counter()
    for _ in range(KILLS[name]):
        if at_work := chance.random() < 0.67:
            await keep_alive(here.services, name)
            await asyncio.sleep(chance.uniform(0.1, 2.5))
        else:
            await asyncio.sleep(chance.uniform(0.5, 2.5))
        here.services.kill(name)
        killed["working" if at_work else "starting"] += 1
        if name == "notifier":
            found_leaving.update(await messages.left_leaving(here.settings))
        here.services.start(name)
    return killed


async def _crash_servers(here: Scene, seconds: float) -> None:
    await asyncio.sleep(seconds / 3)
    await asyncio.to_thread(faults.restart_kafka, here.stack.data_dir, immediate=True)
    await asyncio.sleep(seconds / 4)
    await asyncio.to_thread(faults.restart_postgres, here.stack.data_dir, immediate=True)
