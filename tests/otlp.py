"""A receiver of traces over HTTP, as an observability backend has it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Seen(NamedTuple):
    """A span as it arrived."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, str]
    #: Whether it went wrong, and the exceptions that were recorded.
    failed: bool
    exceptions: list[str]


class Receiver:
    """Collects spans."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        self.url = ""

    def named(self, name: str) -> list[Seen]:
        """Return the spans with a name, in the order in which they ended."""
        return [span for span in list(self.spans) if span.name == name]

    def take(self, body: bytes) -> None:
        """Take what an exporter sent."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {each.key: each.value.string_value for each in group.resource.attributes}
            for scope in group.scope_spans:
                for span in scope.spans:
                    told = [{fact.key: fact.value.string_value for fact in event.attributes} for event in span.events]
                    self.spans.append(
                        Seen(
                            resource.get("service.name", ""), span.name, span.trace_id.hex(), span.span_id.hex(),
                            span.parent_span_id.hex(), {each.key: each.value.string_value for each in span.attributes},
                            span.status.code == 2,
                            [each["exception.message"] for each in told if "exception.message" in each],
                        )
                    )  # fmt: skip


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive while the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
