"""Traces follow an event through a service, and cost nothing when they are off."""

from datetime import date

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schemas.calendar import BusinessDateOpened
from services.eventing.envelope import OutgoingEvent, outgoing
from services.eventing.tracing import Tracing

PUBLISHED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def event(traceparent: str | None) -> OutgoingEvent:
    return outgoing(BusinessDateOpened(business_date=date(2018, 1, 31)), 1, traceparent=traceparent)


def test_without_an_exporter_the_publishers_trace_is_passed_on_as_it_came() -> None:
    (stamped,) = Tracing(None).stamp([event(PUBLISHED)])
    assert stamped.traceparent == PUBLISHED


def test_an_event_without_a_trace_gets_that_of_the_batch() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    tracing = Tracing(provider.get_tracer("test"))
    with tracing.batch("payments.events process", []):
        (stamped,) = tracing.stamp([event(None)])
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert stamped.traceparent is not None
    assert format(span.context.trace_id, "032x") in stamped.traceparent


def test_the_span_of_a_batch_that_fails_says_so_without_what_a_record_held() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with pytest.raises(ValueError), Tracing(provider.get_tracer("test")).batch("lending.events process", []):
        raise ValueError("cannot write to ada@lovelace.example")
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code.name, span.status.description) == (
        "ERROR", "ValueError: cannot write to [not shown]",
    )  # fmt: skip
    assert span.events == ()
