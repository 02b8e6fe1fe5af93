"""Watching the flow from outside: what is still on its way through topics, outboxes and queues."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import get_args

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.registry import TOPICS
from services.dunning import store as dunning_store
from services.eventing import store as eventing_store
from services.eventing.database import Connection
from services.eventing.settings import ServiceName, Settings
from services.ledger import store as ledger_store
from services.notifier.sending import queue_store as notifier_store


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """Records not yet processed and rows not yet sent, by service."""

    records: dict[str, int]
    outbox_rows: dict[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.records.values()) + sum(self.outbox_rows.values())


class FlowWatch:
    """Connections of an operator to Kafka and to each service's schema. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.connections: dict[ServiceName, Connection] = {}

    async def __aenter__(self) -> "FlowWatch":
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap, group_id=None)
        await self._consumer.start()
        for name in get_args(ServiceName):
            self.connections[name] = await asyncpg.connect(
                self.settings.database_url_of(name), server_settings={"search_path": name}
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        for connection in self.connections.values():
            await connection.close()

    async def ends(self) -> dict[TopicPartition, int]:
        """The end offset of every partition of the contract's topics and their dead letters."""
        names = [self.settings.topic(topic) + tail for topic in TOPICS for tail in ("", ".dead-letters")]
        partitions = [
            TopicPartition(name, number) for name in names for number in range(self.settings.topic_partitions)
        ]
        found: dict[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        return found

    async def on_its_way(self, only: tuple[ServiceName, ...] = get_args(ServiceName)) -> OnItsWay:
        """What services have yet to read and to send."""
        ends = await self.ends()
        records: dict[str, int] = {}
        outbox_rows: dict[str, int] = {}
        for name in only:
            connection = self.connections[name]
            positions = await eventing_store.group_positions(connection, f"amends-{name}")
            records[name] = sum(max(0, ends[one] - position) for one, position in positions.items() if one in ends)
            outbox_rows[name], _ = await eventing_store.outbox_backlog(connection)
        return OnItsWay(records, outbox_rows)

    async def completed_date(self) -> date | None:
        """The newest business date that the ledger completed."""
        return await ledger_store.completed_date(self.connections["ledger"], self.settings.calendar_id)

    async def at_rest(self, on: date) -> bool:
        """The business date is completed everywhere: nothing is on its way, no look is due, no message waits."""
        if await self.completed_date() != on or (await self.on_its_way()).total:
            return False
        dunning = self.connections["dunning"]
        seen = await eventing_store.business_date_of(dunning, self.settings.calendar_id, self.settings.topic_partitions)
        if seen != on or await dunning_store.looks_due(dunning, on):
            return False
        return await notifier_store.messages_to_send(self.connections["notifier"]) == 0


class FlowStuck(TimeoutError):
    """The flow did not come to rest in time."""


async def until(
    condition: Callable[[], Awaitable[bool]], seconds: float, tick: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Wait until a condition holds twice in a row, calling `tick` between looks. Raises FlowStuck."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    held = 0
    while held < 2:
        held = held + 1 if await condition() else 0
        if loop.time() > deadline:
            raise FlowStuck(f"not at rest after {seconds:.0f} s")
        if tick is not None:
            await tick()
        await asyncio.sleep(0.1)
