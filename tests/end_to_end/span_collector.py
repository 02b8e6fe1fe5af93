"""A collector of spans on loopback that speaks OTLP over HTTP and keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PATH = "/v1/traces"


class SpanName(NamedTuple):
    """What W3C trace context calls a span: both parts in hexadecimal."""

    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        """The header that names it, as sampled."""
        return f"00-{self.trace_id}-{self.span_id}-01"


@dataclass(frozen=True)
class CollectedSpan:
    """A span as its service reported it."""

    service: str
    operation: str
    name: SpanName
    links: frozenset[SpanName]


class SpanCollector:
    """The spans that arrived at `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.spans: list[CollectedSpan] = []

    def linked_to(self, name: SpanName, service: str) -> list[CollectedSpan]:
        """The spans of a service that say they go on from this one."""
        return [span for span in self.spans if span.service == service and name in span.links]

    def take(self, body: bytes) -> None:
        """Take a request in. Raises protobuf's DecodeError."""
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {one.key: one.value.string_value for one in of_resource.resource.attributes}
            for of_scope in of_resource.scope_spans:
                self.spans += [
                    CollectedSpan(
                        attributes["service.name"],
                        span.name,
                        SpanName(span.trace_id.hex(), span.span_id.hex()),
                        frozenset(SpanName(link.trace_id.hex(), link.span_id.hex()) for link in span.links),
                    )
                    for span in of_scope.spans
                ]


@contextmanager
def span_collector() -> Iterator[SpanCollector]:
    """A collector that listens for the time of the block."""

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path == PATH and self.headers["Content-Type"] == "application/x-protobuf"
            if known:
                collector.take(body)
            self.send_response(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    collector = SpanCollector(f"http://127.0.0.1:{server.server_port}{PATH}")
    thread = Thread(target=server.serve_forever, name="span-collector")
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
