"""What must hold of the books and of the ledger's topic, whatever happened on the way."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import eq

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from amends.demo.flow import FlowWatch
from schemas import ledger as contract
from schemas.payments import PaymentCaptured
from services.eventing.database import Connection
from services.ledger.book_figures import book_figures


async def assert_books_hold(connection: Connection, payments: Iterable[PaymentCaptured]) -> None:
    """Every payment is in the books once, and all totals agree to the cent."""
    told = {one.payment_id: one.amount_minor for one in payments}
    book = await book_figures(connection)
    assert book.payments == len(told)
    assert book.payments_minor == sum(told.values())
    assert book.payments_minor == book.allocated_minor + book.unallocated_minor
    assert sum(one[2] for one in book.accounts) == sum(one[3] for one in book.accounts)
    kept = dict(await connection.fetch("select payment_id, amount_minor from payment where status = 'posted'"))
    assert kept == told
    booked = await connection.fetch(
        "select t.cause, count(distinct (t.borrower_id, t.loan_id, t.number)) filter (where 1 in (p.debit, p.credit)),"
        " sum(case 1 when p.debit then p.amount_minor when p.credit then -p.amount_minor else 0 end)::int8"
        " from journal_transaction t join posting p using (borrower_id, loan_id, number)"
        " where t.kind = 'payment' group by t.cause"
    )
    assert {row[0]: row[2] for row in booked} == told
    assert {row[1] for row in booked} == {1}
    await _assert_principal_agrees(connection)


async def _assert_principal_agrees(connection: Connection) -> None:
    """Loan, instalments, payments and journal know the same outstanding principal of every loan."""
    rows = await connection.fetch(
        "select l.loan_id, l.principal_outstanding_minor,"
        " l.principal_minor - coalesce((select sum(p.principal_minor) from payment p where p.status = 'posted'"
        "  and (p.borrower_id, p.loan_id) = (l.borrower_id, l.loan_id)), 0)::int8,"
        " (select sum(i.principal_minor - i.principal_paid_minor) from instalment i"
        "  where (i.borrower_id, i.loan_id) = (l.borrower_id, l.loan_id))::int8,"
        " (select coalesce(sum(p.amount_minor) filter (where p.debit = 2), 0)"
        "   - coalesce(sum(p.amount_minor) filter (where p.credit = 2), 0) from posting p"
        "  where (p.borrower_id, p.loan_id) = (l.borrower_id, l.loan_id))::int8 from loan l"
    )
    assert rows
    assert [row for row in rows if len(set(row[1:])) != 1] == []


async def assert_no_dead_letters(watch: FlowWatch) -> None:
    """No service refused anything, in its tables and on Kafka."""
    for connection in watch.connections.values():
        assert [dict(row) for row in await connection.fetch("select code, message from dead_letter limit 3")] == []
    ends = await watch.ends()
    assert {one: end for one, end in ends.items() if one.topic.endswith(".dead-letters") and end} == {}


@dataclass(frozen=True)
class TopicReading:
    """The events of the ledger's topic in order of first appearance, and how many records told them again."""

    events: list[ConsumerRecord]
    repeated: int


async def read_ledger_events(watch: FlowWatch) -> TopicReading:
    """All of `ledger.events`; the same ce_id always has the same bytes."""
    topic = watch.settings.topic(contract.TOPIC)
    ends = {one: end for one, end in (await watch.ends()).items() if one.topic == topic and end}
    first: dict[bytes, ConsumerRecord] = {}
    total = 0
    for one in await _read_to(watch.settings.kafka_bootstrap, ends):
        total += 1
        headers = dict(one.headers)
        known = first.setdefault(headers["ce_id"], one)
        assert (known.key, known.value, known.headers) == (one.key, one.value, one.headers)
    return TopicReading(list(first.values()), total - len(first))


def assert_sequences_are_whole(reading: TopicReading) -> None:
    """Each loan's events count 1, 2, 3, ... without gap or turn."""
    sequences: dict[bytes, list[int]] = defaultdict(list)
    for one in reading.events:
        headers = dict(one.headers)
        if headers["ce_type"] != contract.BusinessDateCompleted.event_type.encode():
            sequences[headers["ce_subject"]].append(int(headers["ce_sequence"]))
    assert sequences
    assert {loan: seen for loan, seen in sequences.items() if seen != list(range(1, len(seen) + 1))} == {}


def assert_each_payment_is_told(reading: TopicReading, payments: Iterable[PaymentCaptured]) -> None:
    """Every payment is told, and told again only when its money was split anew."""
    told: dict[str, list[contract.PaymentAllocation]] = defaultdict(list)
    for one in reading.events:
        if dict(one.headers)["ce_type"] == contract.PaymentReceived.event_type.encode():
            received = contract.PaymentReceived.model_validate_json(one.value)
            told[received.payment_id].append(received.allocation)
    assert set(told) == {one.payment_id for one in payments}
    again = {payment_id: splits for payment_id, splits in told.items() if len(splits) > 1}
    assert [payment_id for payment_id, splits in again.items() if any(map(eq, splits, splits[1:]))] == []


async def _read_to(bootstrap: str, ends: dict[TopicPartition, int]) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(list(ends))
        records: list[ConsumerRecord] = []
        for one, end in ends.items():
            while await consumer.position(one) < end:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += batch
        return records
    finally:
        await consumer.stop()
