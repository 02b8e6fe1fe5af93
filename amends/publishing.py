"""Publishing events as another service would: lines of JSON in, CloudEvents on Kafka out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from pydantic import ValidationError

from schemas.registry import UnknownEventType, event_class
from schemas.values import EventData
from services.eventing.clock import SystemClock
from services.eventing.envelope import first_error, wire_headers
from services.eventing.partitions import partition_of
from services.eventing.settings import Settings


@dataclass(frozen=True, slots=True)
class Publication:
    """One event ready for Kafka; the event id is the publisher's own."""

    data: EventData
    event_id: str
    sequence: int | None = None
    traceparent: str | None = None
    source: str = "/lender"


class InvalidLine(ValueError):
    """A line of input that is not an event of the contract."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"line {number}: {message}")
        self.number = number


def read_lines(lines: Iterable[str]) -> Iterator[Publication]:
    """Read `{"type", "subject", "data", "id"?, "sequence"?, "traceparent"?}` a line; blank lines are skipped.

    Raises InvalidLine at the first line that is no event.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> Publication:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise InvalidLine(number, f"not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise InvalidLine(number, "type: a string is required")
    try:
        model = event_class(document["type"])
    except UnknownEventType as error:
        raise InvalidLine(number, str(error)) from None
    try:
        data = model.model_validate_json(json.dumps(document.get("data")))
    except ValidationError as error:
        raise InvalidLine(number, f"data.{first_error(error, model.event_type).message}") from None
    subject = document.get("subject", data.subject)
    if subject != data.subject:
        raise InvalidLine(number, f"subject: {subject!r} is not {data.subject_field} {data.subject!r}")
    sequence = document.get("sequence")
    if sequence is not None and (not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 0):
        raise InvalidLine(number, f"sequence: {sequence!r} is not a count")
    return Publication(data, str(document.get("id") or uuid4()), sequence, document.get("traceparent"))


class Publisher:
    """An idempotent producer that keeps order per key. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partitions: dict[str, int] = {}

    async def __aenter__(self) -> "Publisher":
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap, acks="all", enable_idempotence=True, linger_ms=5,
            max_batch_size=256 * 1024,
        )  # fmt: skip
        try:
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Send all and wait until Kafka has acknowledged every one."""
        now = SystemClock().now()
        waiting = []
        for one in publications:
            topic = self._settings.topic(one.data.topic)
            if topic not in self._partitions:
                self._partitions[topic] = len(await self._producer.partitions_for(topic))
            key = one.data.key.encode()
            headers = wire_headers(
                event_id=one.event_id, event_type=one.data.event_type, source=one.source, subject=one.data.subject,
                time=now, sequence=one.sequence, traceparent=one.traceparent,
            )  # fmt: skip
            waiting.append(
                await self._producer.send(
                    topic, wire_value(one.data), key=key, headers=headers,
                    partition=partition_of(key, self._partitions[topic]),
                )
            )  # fmt: skip
        for acknowledged in waiting:
            await acknowledged


def wire_value(data: EventData) -> bytes:
    """What was given, without defaults: a field that is left out means that nothing is told of it."""
    return data.model_dump_json(exclude_unset=True).encode()
