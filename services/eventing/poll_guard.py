"""Finds out when a poll gets lost, or too old, on its way from Kafka's client to the lanes.

FastStream logs what is raised while it handles a poll and goes on to the next one. The client has moved on by then, so
the records would be skipped without a word. Offsets cannot tell: topics may have gaps. What can is that a poll came in
and went out again without having been handed over.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, cast

from aiokafka import ConsumerRecord, TopicPartition
from faststream import BaseMiddleware, ContextRepo
from faststream.kafka import KafkaBroker

Poll = tuple[ConsumerRecord, ...]


class PollGuard:
    """Watches every poll of a broker; `on_lost` is told the records of one that nobody took, and the cause if known."""

    def __init__(self, broker: KafkaBroker, on_lost: Callable[[Poll, BaseException | None], None]) -> None:
        self._on_lost = on_lost
        self._on_its_way: Poll | None = None
        self._sought: set[TopicPartition] = set()
        broker.add_middleware(self._around)

    def sought(self, partition: TopicPartition) -> None:
        """The client was sent elsewhere in a partition: what it gave up before is not what comes next."""
        self._sought.add(partition)

    def is_current(self, partition: TopicPartition) -> bool:
        """The poll in hand was read from where the client stands now."""
        return partition not in self._sought

    def handed_over(self) -> None:
        """The poll in hand has reached its lanes."""
        self._on_its_way = None

    def came_in(self, records: Poll) -> None:
        """The client gave up a poll."""
        self._on_its_way = records
        self._sought.clear()

    def went_out(self, error: BaseException | None) -> None:
        """FastStream is done with the poll."""
        lost, self._on_its_way = self._on_its_way, None
        if lost is not None:
            self._on_lost(lost, error)

    def _around(self, message: Any, /, *, context: ContextRepo) -> "_Around":
        return _Around(message, context=context, guard=self)


class _Around(BaseMiddleware):
    """One poll's passage through FastStream."""

    def __init__(self, message: Any, /, *, context: ContextRepo, guard: PollGuard) -> None:
        super().__init__(message, context=context)
        self._guard = guard

    async def on_receive(self) -> None:
        """See FastStream."""
        self._guard.came_in(cast(Poll, self.msg))

    async def after_processed(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool | None:
        """See FastStream."""
        self._guard.went_out(exc_val)
        return False
