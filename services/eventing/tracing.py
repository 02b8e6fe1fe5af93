"""OpenTelemetry traces that follow an event through outbox and Kafka; off unless an endpoint is set.

Off, the publisher's `traceparent` is passed on as it came. On, each batch is a span linked to its events' traces.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from schemas.values import EventData
from services.eventing.envelope import OutgoingEvent, ReceivedEvent
from services.eventing.personal_data import error_text

_MAXIMUM_LINKS = 64
_propagator = TraceContextTextMapPropagator()


class Tracing:
    """Spans for batches."""

    def __init__(self, tracer: trace.Tracer | None) -> None:
        self._tracer = tracer

    @contextmanager
    def batch(self, name: str, events: Sequence[ReceivedEvent[EventData]]) -> Iterator[None]:
        """The span of one batch, linked to the traces of its events."""
        if self._tracer is None:
            yield
            return
        links = [link for event in events[:_MAXIMUM_LINKS] if (link := _link(event.traceparent)) is not None]
        with self._tracer.start_as_current_span(
            name, kind=trace.SpanKind.CONSUMER, links=links, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("messaging.system", "kafka")
            span.set_attribute("messaging.batch.message_count", len(events))
            try:
                yield
            except Exception as error:
                # The whole error would repeat what a record holds.
                span.set_status(trace.StatusCode.ERROR, error_text(error))
                raise

    def stamp(self, events: Sequence[OutgoingEvent]) -> Sequence[OutgoingEvent]:
        """Give the current trace to events that carry none."""
        if self._tracer is None:
            return events
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        current = carrier.get("traceparent")
        return [event if event.traceparent else event._replace(traceparent=current) for event in events]


def start_tracing(service: str, endpoint: str | None) -> Tracing:
    """Tracing to an OTLP/HTTP endpoint, or none."""
    if endpoint is None:
        return Tracing(None)
    provider = TracerProvider(resource=Resource.create({"service.name": f"amends-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return Tracing(provider.get_tracer("amends"))


def _link(traceparent: str | None) -> trace.Link | None:
    if traceparent is None:
        return None
    context = trace.get_current_span(_propagator.extract({"traceparent": traceparent})).get_span_context()
    return trace.Link(context) if context.is_valid else None
