"""What a service measures of itself is what the operators' manual lists."""

import asyncio
import re
import time
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from services.eventing import metrics
from services.eventing.database import open_pool
from services.eventing.loop_probe import LoopProbe
from services.eventing.settings import Settings

MANUAL = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_manual_lists_every_metric_with_its_labels() -> None:
    rows = re.findall(r"^\| `(amends_\w+)` \|([^|]*)\|", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {name: tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    measured = {_name(one): one._labelnames for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)}
    assert listed == measured


async def test_a_task_that_hogs_the_event_loop_shows_as_lateness() -> None:
    before = _sample("amends_event_loop_late_seconds_sum")
    probe = LoopProbe()
    await probe.start()
    await asyncio.sleep(0.2)
    time.sleep(0.5)  # noqa: ASYNC251 - the fault under test
    await asyncio.sleep(0.05)
    await probe.stop()
    assert _sample("amends_event_loop_late_seconds_sum") - before == pytest.approx(0.45, abs=0.1)


async def test_waiting_for_a_connection_that_others_hold_shows_as_wait(fresh_database: str) -> None:
    before = _sample("amends_connection_wait_seconds_sum")
    async with await open_pool(Settings(database_url=fresh_database, pool_connections=4), "ledger") as pool:
        held = [await pool.acquire() for _ in range(4)]
        asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(pool.release(held[0])))
        async with pool.acquire():
            pass
        for connection in held[1:]:
            await pool.release(connection)
    assert _sample("amends_connection_wait_seconds_sum") - before == pytest.approx(0.3, abs=0.1)


def _name(metric: MetricWrapperBase) -> str:
    (described,) = metric.describe()
    return f"{described.name}_total" if described.type == "counter" else described.name


def _sample(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0
