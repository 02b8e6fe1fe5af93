"""All SQL of eventing: positions, outbox, dead letters, business dates."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, Position, Reason


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that goes to the dead letters, and why."""

    record: ConsumerRecord
    reason: Reason


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row waiting for the relay."""

    id: int
    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    event_id: str | None
    event_type: str | None
    subject: str | None
    sequence: int | None
    traceparent: str | None
    raw_headers: str | None
    written_at: datetime


class StalePosition(RuntimeError):
    """The stored position is not where this consumer left it: another one was here."""

    def __init__(self, group: str, partition: TopicPartition, expected: int) -> None:
        super().__init__(f"{group} {partition.topic}/{partition.partition}: position is no longer {expected}")
        self.partition = partition


async def stored_positions(
    connection: Connection, group: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """Next offsets by partition; a partition never seen begins at 0."""
    topics = [partition.topic for partition in partitions]
    numbers = [partition.partition for partition in partitions]
    await connection.execute(
        "insert into consumer_position (consumer_group, topic, partition, next_offset)"
        " select $1, t, p, 0 from unnest($2::text[], $3::int[]) as new (t, p) order by t, p on conflict do nothing",
        group, topics, numbers,
    )  # fmt: skip
    rows = await connection.fetch(
        "select topic, partition, next_offset from consumer_position"
        " where consumer_group = $1 and (topic, partition) in (select * from unnest($2::text[], $3::int[]))",
        group, topics, numbers,
    )  # fmt: skip
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def move_position(
    connection: Connection, group: str, partition: TopicPartition, expected: int, next_offset: int
) -> None:
    """The fence: move the position only from where this consumer left it. Raises StalePosition."""
    status = await connection.execute(
        "update consumer_position set next_offset = $5, moved_at = clock_timestamp()"
        " where consumer_group = $1 and topic = $2 and partition = $3 and next_offset = $4",
        group, partition.topic, partition.partition, expected, next_offset,
    )  # fmt: skip
    if status != "UPDATE 1":
        raise StalePosition(group, partition, expected)


_OUTBOX_COLUMNS = ("topic", "partition", "key", "event_id", "event_type", "subject", "sequence", "traceparent", "value")


async def write_outbox(connection: Connection, events: Sequence[OutgoingEvent]) -> None:
    """Queue events for the relay, in the order given."""
    if not events:
        return
    await connection.copy_records_to_table(
        "outbox",
        columns=_OUTBOX_COLUMNS,
        records=[
            (e.topic, e.partition, e.key.encode(), e.event_id, e.event_type, e.subject, e.sequence,
             e.traceparent, e.value)
            for e in events
        ],
    )  # fmt: skip


def encode_headers(headers: Iterable[tuple[str, bytes]]) -> str:
    """Headers as JSON that keeps every byte: [[name, base64], ...]."""
    return json.dumps([[name, b64encode(value).decode()] for name, value in headers])


def decode_headers(text: str) -> list[tuple[str, bytes]]:
    """The headers that `encode_headers` wrote."""
    return [(name, b64decode(value)) for name, value in json.loads(text)]


async def write_dead_letters(connection: Connection, group: str, rejections: Sequence[Rejection]) -> None:
    """Keep refused records and queue them, as they came, for `<topic>.dead-letters`."""
    if not rejections:
        return
    rows = []
    for rejection in rejections:
        record, reason = rejection.record, rejection.reason
        headers = dict(record.headers)
        rows.append((
            group, record.topic, record.partition, record.offset, record.key, record.value,
            encode_headers(record.headers), _text(headers.get("ce_id")), _text(headers.get("ce_type")),
            reason.code, reason.field, _clean(reason.value), _clean(reason.message),
        ))  # fmt: skip
    await connection.executemany(
        "insert into dead_letter (consumer_group, topic, partition, record_offset, key, value,"
        " raw_headers, event_id, event_type, code, field, wrong_value, message)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13) on conflict do nothing",
        rows,
    )
    await queue_raw(connection, [(f"{row[1]}.dead-letters", row[4], row[5], _with_reason(group, row)) for row in rows])


async def queue_raw(connection: Connection, records: Sequence[tuple[str, bytes | None, bytes | None, str]]) -> None:
    """Queue records whose bytes and headers are passed on unchanged: (topic, key, value, encoded headers)."""
    await connection.executemany(
        "insert into outbox (topic, key, value, raw_headers) values ($1, $2, $3, $4::jsonb)", records
    )


def _with_reason(group: str, row: tuple[object, ...]) -> str:
    headers = decode_headers(str(row[6]))
    headers += [
        (f"amends-{name}", str(value).encode())
        for name, value in (("group", group), ("topic", row[1]), ("partition", row[2]), ("offset", row[3]),
                            ("code", row[9]), ("field", row[10]), ("reason", row[12]))
    ]  # fmt: skip
    return encode_headers(headers)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else _clean(raw.decode("utf-8", "replace"))[:200]


def _clean(text: str) -> str:
    return text.replace("\x00", "\\0")


async def next_outbox_rows(connection: Connection, limit: int) -> list[OutboxRow]:
    """The oldest rows still waiting."""
    rows = await connection.fetch(
        "select id, topic, partition, key, value, event_id, event_type, subject, sequence, traceparent,"
        " raw_headers::text, written_at from outbox order by id limit $1",
        limit,
    )
    return [OutboxRow(*row) for row in rows]


async def remove_outbox_rows(connection: Connection, ids: Sequence[int]) -> None:
    """Kafka has these rows."""
    await connection.execute("delete from outbox where id = any($1::bigint[])", ids)


async def outbox_backlog(connection: Connection) -> tuple[int, float]:
    """Rows waiting, and the age of the oldest in seconds."""
    row = await connection.fetchrow(
        "select count(*), coalesce(extract(epoch from clock_timestamp() - min(written_at)), 0) from outbox"
    )
    return row[0], float(row[1])


async def open_business_date(connection: Connection, calendar_id: str, partition: int, day: date) -> None:
    """Note that a date has begun, as one partition (or the clock, -1) tells; never backwards."""
    await connection.execute(
        "insert into business_date (calendar_id, partition, business_date) values ($1, $2, $3)"
        " on conflict (calendar_id, partition) do update set business_date = excluded.business_date,"
        " opened_at = clock_timestamp() where business_date.business_date < excluded.business_date",
        calendar_id, partition, day,
    )  # fmt: skip


async def business_date_of(connection: Connection, calendar_id: str, partitions: int) -> date | None:
    """The date that all of `partitions` sources have reached, or None while one has told nothing."""
    row = await connection.fetchrow(
        "select min(business_date), count(*) from business_date where calendar_id = $1", calendar_id
    )
    return row[0] if row[1] >= partitions else None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused record as operators see it."""

    id: int
    position: Position
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    event_id: str | None
    event_type: str | None
    reason: Reason
    status: str
    recorded_at: datetime


async def list_dead_letters(connection: Connection, status: str | None, limit: int) -> list[DeadLetter]:
    """The newest dead letters, of one status or of all."""
    rows = await connection.fetch(
        "select * from dead_letter where $1::text is null or status = $1::text::dead_letter_status"
        " order by id desc limit $2",
        status, limit,
    )  # fmt: skip
    return [_dead_letter(row) for row in rows]


async def lock_dead_letter(connection: Connection, identity: int) -> DeadLetter | None:
    """One dead letter, locked until the transaction ends."""
    row = await connection.fetchrow("select * from dead_letter where id = $1 for update", identity)
    return None if row is None else _dead_letter(row)


async def end_dead_letter(
    connection: Connection, identity: int, *, status: str, action: str, actor: str, note: str, edited: bytes | None
) -> None:
    """Set the status of a dead letter and record who did it."""
    await connection.execute(
        "update dead_letter set status = $2::text::dead_letter_status where id = $1", identity, status
    )
    await record_dead_letter_action(connection, identity, action=action, actor=actor, note=note, edited=edited)


async def record_dead_letter_action(
    connection: Connection, identity: int, *, action: str, actor: str, note: str, edited: bytes | None = None
) -> None:
    """Record who did what to a dead letter."""
    await connection.execute(
        "insert into dead_letter_action (dead_letter_id, action, actor, note, edited_value)"
        " values ($1, $2, $3, $4, $5)",
        identity, action, actor, note, edited,
    )  # fmt: skip


async def erase_dead_letters(connection: Connection, key: bytes, actor: str, note: str) -> int:
    """Take the values out of all dead letters of a key, and discard those that are open; returns how many had one."""
    rows = await connection.fetch(
        "update dead_letter set value = null, wrong_value = '', message = code || ': erased',"
        " status = case when status = 'open' then 'discarded' else status end"
        " where key = $1 and value is not null returning id",
        key,
    )
    ids = [row["id"] for row in rows]
    await connection.execute(
        "update dead_letter_action set edited_value = null where dead_letter_id = any($1::bigint[])", ids
    )
    await connection.executemany(
        "insert into dead_letter_action (dead_letter_id, action, actor, note) values ($1, 'erase', $2, $3)",
        [(identity, actor, note) for identity in ids],
    )
    return len(ids)


def _dead_letter(row: asyncpg.Record) -> DeadLetter:
    return DeadLetter(
        id=row["id"],
        position=Position(row["topic"], row["partition"], row["record_offset"]),
        key=row["key"],
        value=row["value"],
        headers=decode_headers(row["raw_headers"]),
        event_id=row["event_id"],
        event_type=row["event_type"],
        reason=Reason(row["code"], row["field"], row["wrong_value"], row["message"]),
        status=row["status"],
        recorded_at=row["recorded_at"],
    )


async def group_positions(connection: Connection, group: str) -> dict[TopicPartition, int]:
    """The next offset of every partition that a group has read."""
    rows = await connection.fetch(
        "select topic, partition, next_offset from consumer_position where consumer_group = $1", group
    )
    return {TopicPartition(row[0], row[1]): row[2] for row in rows}
