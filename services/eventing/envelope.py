"""Events on the wire: the CloudEvents 1.0 Kafka binary binding.

Metadata travel in `ce_*` headers, the data as JSON in the value, the borrower id as the key. `ce_sequence` counts per
subject; `traceparent` is W3C trace context. See https://github.com/cloudevents/spec (kafka-protocol-binding.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schemas.registry import BY_TYPE, UnknownEventType, event_class
from schemas.values import EventData
from services.eventing.personal_data import NOT_SHOWN, may_be_shown, without_addresses

Headers = tuple[tuple[str, bytes], ...]
Data = TypeVar("Data", bound=EventData)
_NAMESPACE = UUID("6f0f1c5e-4c1f-5b0e-9d1c-0a6d2f3b7a11").bytes
_VARIANT_DIGITS = {digit: "89ab"[int(digit, 16) & 0b0011] for digit in "0123456789abcdef"}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands in Kafka."""

    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class ReceivedEvent(Generic[Data]):
    """One valid event as a consumer sees it; `sequence` is None where the publisher does not count."""

    event_id: str
    event_type: str
    data: Data
    sequence: int | None
    traceparent: str | None
    record: ConsumerRecord = field(repr=False)

    @property
    def position(self) -> Position:
        """Where it stands in Kafka."""
        return Position(self.record.topic, self.record.partition, self.record.offset)


class OutgoingEvent(NamedTuple):
    """One event to be written to the outbox."""

    topic: str
    key: str
    event_id: str
    event_type: str
    subject: str
    sequence: int
    value: bytes
    traceparent: str | None = None
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record is refused: the rule's code, the field and value at fault, and a sentence."""

    code: str
    field: str
    value: str
    message: str


class InvalidRecord(ValueError):
    """A record that cannot be read as an event of the contract."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


def event_id(event_type: str, subject: str, sequence: int) -> str:
    """The id of an event from its facts (UUIDv5): the same facts give the same id."""
    name = f"{event_type}|{subject}|{sequence}".encode()
    digest = sha1(_NAMESPACE + name, usedforsecurity=False).hexdigest()
    variant = _VARIANT_DIGITS[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def outgoing(
    data: EventData, sequence: int, *, traceparent: str | None = None, partition: int | None = None
) -> OutgoingEvent:
    """Wrap data as the event number `sequence` of its subject."""
    value = data.model_dump_json().encode()
    return outgoing_json(type(data), data.key, data.subject, value, sequence, traceparent, partition)


def outgoing_json(
    model: type[EventData],
    key: str,
    subject: str,
    value: bytes,
    sequence: int,
    traceparent: str | None = None,
    partition: int | None = None,
) -> OutgoingEvent:
    """Wrap a `value` that is already the JSON text of a `model`."""
    event_type = model.event_type
    return OutgoingEvent(
        model.topic,
        key,
        event_id(event_type, subject, sequence),
        event_type,
        subject,
        sequence,
        value,
        traceparent,
        partition,
    )


def wire_headers(
    *,
    event_id: str,
    event_type: str,
    source: str,
    subject: str,
    time: datetime,
    sequence: int | None,
    traceparent: str | None,
) -> list[tuple[str, bytes]]:
    """The Kafka headers of an event in binary mode."""
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_type", event_type.encode()),
        ("ce_source", source.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", time.isoformat().encode()),
    ]
    if sequence is not None:
        headers.append(("ce_sequence", str(sequence).encode()))
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def first_error(error: ValidationError, event_type: str) -> Reason:
    """The first fault of a refused payload, naming field and value; a value that is personal data is not repeated."""
    fault = error.errors(include_url=False, include_context=False)[0]
    name = without_addresses(".".join(str(part) for part in fault["loc"]) or "data")
    missing = fault["type"] == "missing"
    value = "" if missing or fault["type"].startswith("json") else repr(fault["input"])[:200]
    if value:
        value = without_addresses(value) if may_be_shown(event_type, name) else NOT_SHOWN
    message = f"{name}: {fault['msg']}" + (f", got {value}" if value else "")
    return Reason(code="invalid-data", field=name, value=value, message=message)


def read_record(record: ConsumerRecord) -> ReceivedEvent[EventData]:
    """Read a Kafka record as an event of the contract.

    Raises InvalidRecord when a header is missing or malformed, the type unknown, or the data invalid.
    """
    headers = dict(record.headers)
    try:
        event_type = headers["ce_type"].decode()
        identity = headers["ce_id"].decode()
    except KeyError as error:
        name = str(error.args[0])
        raise InvalidRecord(Reason("missing-header", name, "", f"header {name} is missing")) from None
    except UnicodeDecodeError as error:
        raise InvalidRecord(Reason("invalid-header", "headers", repr(error.object)[:200], str(error))) from None
    model = BY_TYPE.get(event_type)
    if model is None:
        model = _resolve(event_type)
    try:
        data = model.model_validate_json(record.value or b"")
    except ValidationError as error:
        raise InvalidRecord(first_error(error, event_type)) from None
    traceparent = headers.get("traceparent")
    return ReceivedEvent(
        event_id=identity,
        event_type=event_type,
        data=data,
        sequence=_sequence(headers.get("ce_sequence")),
        traceparent=traceparent.decode("ascii", "replace") if traceparent else None,
        record=record,
    )


def _resolve(event_type: str) -> type[EventData]:
    try:
        return event_class(event_type)
    except UnknownEventType as error:
        raise InvalidRecord(Reason("unknown-type", "ce_type", event_type, str(error))) from None


def _sequence(raw: bytes | None) -> int | None:
    if raw is None:
        return None
    if not raw.isdigit() or len(raw) > 18:
        text = raw.decode("utf-8", "replace")[:200]
        raise InvalidRecord(Reason("invalid-header", "ce_sequence", text, f"ce_sequence: {text!r} is not a count"))
    return int(raw)


def of_types(events: Sequence[ReceivedEvent[EventData]], model: type[Data]) -> list[ReceivedEvent[Data]]:
    """The events whose data is of one model or derived from it, in order."""
    # isinstance on pydantic models asks their metaclass each time: ask once a class, not once an event.
    wanted = {kind for kind in {type(event.data) for event in events} if issubclass(kind, model)}
    return [event for event in events if type(event.data) in wanted]  # type: ignore[misc]
