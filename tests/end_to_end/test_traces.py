"""Spans of running services reach a collector, and tell how an event went from one service to the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from amends.commands.migrate import migrate_everything
from amends.demo.flow import until
from amends.processes import ServiceProcesses
from amends.publishing import Publisher
from schemas import ledger as contract
from schemas.values import EventData
from services.eventing.settings import Settings
from tests.builders import loan_disbursed, payment_captured, publication
from tests.end_to_end.span_collector import CollectedSpan, SpanCollector, SpanName, span_collector
from tests.real_pair import RealPair

PATIENCE_SECONDS = 30
PUBLISHED = SpanName("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


async def test_a_publishers_trace_goes_through_the_ledger_its_outbox_and_kafka_to_dunning(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = _settings(real_pair, fresh_database, topic_prefix)
    async with traced_services(settings, tmp_path) as collector:
        await _publish(settings, loan_disbursed(), None)
        await _publish(settings, payment_captured(), PUBLISHED.traceparent)
        in_ledger = await _span_linked_to(collector, PUBLISHED, "amends-ledger")
        in_dunning = await _span_linked_to(collector, PUBLISHED, "amends-dunning")
        received = await _payment_received(settings)
    assert in_ledger.operation == f"{settings.topic('payments.events')} process"
    assert in_dunning.operation == f"{settings.topic('ledger.events')} process"
    assert dict(received.headers)["traceparent"].decode() == PUBLISHED.traceparent


async def test_an_event_that_came_without_a_trace_leads_from_dunnings_span_back_to_the_ledgers(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = _settings(real_pair, fresh_database, topic_prefix)
    async with traced_services(settings, tmp_path) as collector:
        await _publish(settings, loan_disbursed(), None)
        await _publish(settings, payment_captured(), None)
        header = dict((await _payment_received(settings)).headers)["traceparent"].decode()
        _, trace_id, span_id, _ = header.split("-")
        booked = SpanName(trace_id, span_id)
        await _span_linked_to(collector, booked, "amends-dunning")
    assert [span.service for span in collector.spans if span.name == booked] == ["amends-ledger"]


@asynccontextmanager
async def traced_services(settings: Settings, folder: Path) -> AsyncIterator[SpanCollector]:
    """Ledger and dunning as processes that report their spans to a collector; after the block it has them all."""
    await migrate_everything(settings)
    with span_collector() as collector:
        environment = {
            "AMENDS_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "AMENDS_DATABASE_URL": settings.database_url,
            "AMENDS_TOPIC_PREFIX": settings.topic_prefix,
            "AMENDS_TOPIC_PARTITIONS": "1",
            "AMENDS_CLOCK": "events",
            "AMENDS_TRACES_ENDPOINT": collector.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds until spans are sent
        }
        services = ServiceProcesses(folder, environment)
        try:
            for started in [services.start("ledger"), services.start("dunning")]:
                await asyncio.to_thread(services.wait_ready, started)
            yield collector
        finally:
            await asyncio.to_thread(services.stop)


def _settings(pair: RealPair, database_url: str, topic_prefix: str) -> Settings:
    return Settings(kafka_bootstrap=pair.kafka_bootstrap, database_url=database_url, topic_prefix=topic_prefix,
                    topic_partitions=1, clock="events")  # fmt: skip


async def _publish(settings: Settings, data: EventData, traceparent: str | None) -> None:
    async with Publisher(settings) as publisher:
        await publisher.publish([replace(publication(data), traceparent=traceparent)])


async def _span_linked_to(collector: SpanCollector, name: SpanName, service: str) -> CollectedSpan:
    async def arrived() -> bool:
        return bool(collector.linked_to(name, service))

    await until(arrived, PATIENCE_SECONDS)
    (span,) = collector.linked_to(name, service)
    return span


async def _payment_received(settings: Settings) -> ConsumerRecord:
    """The ledger's event about the payment, once it is on Kafka."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, group_id=None,
                                auto_offset_reset="earliest")  # fmt: skip
    await consumer.start()
    try:
        consumer.assign([TopicPartition(settings.topic(contract.TOPIC), 0)])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                record = await consumer.getone()
                if dict(record.headers)["ce_type"].decode() == contract.PaymentReceived.event_type:
                    return record
    finally:
        await consumer.stop()
