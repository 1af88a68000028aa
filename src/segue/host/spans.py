"""Spans by OpenTelemetry: of code that runs, and of what is over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Fact = str | int | float | bool
Facts = Mapping[str, Fact] | Mapping[str, str] | Mapping[str, str | int]

_HEADER = "traceparent"
_KINDS = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}
_words = TraceContextTextMapPropagator()


class Span:
    """A span of something that is under way."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        """Its name for others."""
        found = self._span.get_span_context()
        return (
            f"00-{trace.format_trace_id(found.trace_id)}-{trace.format_span_id(found.span_id)}-{found.trace_flags:02x}"
        )

    def note(self, name: str, facts: Facts) -> None:
        """Add that something happened meanwhile."""
        self._span.add_event(name, dict(facts))

    def tell(self, facts: Facts) -> None:
        """Add facts."""
        self._span.set_attributes(dict(facts))

    def rename(self, name: str) -> None:
        """Give it the name that is known by now."""
        self._span.update_name(name)

    def failed(self, why: str, error: BaseException | None = None) -> None:
        """Say that it went wrong, and with which exception."""
        if error is not None:
            self._span.record_exception(error)
        self._span.set_status(Status(StatusCode.ERROR, why))


class Tracer:
    """Makes spans."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer("segue")

    def current(self) -> str | None:
        """Return the span that this code is within; None outside of all."""
        carrier: dict[str, str] = {}
        _words.inject(carrier)
        return carrier.get(_HEADER)

    @contextmanager
    def span(self, name: str, facts: Facts, *, kind: str = "internal", parent: str | None = None) -> Iterator[Span]:
        """Let what is done within be a span; below the current one, or below `parent` where there is none here."""
        before = context.get_current()
        above = before
        if parent is not None and not trace.get_current_span().get_span_context().is_valid:
            above = _words.extract({_HEADER: parent})
        made = self._tracer.start_span(name, above, _KINDS[kind], dict(facts))
        context.attach(trace.set_span_in_context(made, above))
        try:
            yield Span(made)
        finally:
            # Not detached: the code may end in another context than it began in, and then the token would be refused.
            context.attach(before)
            made.end()

    @contextmanager
    def within(self, parent: str | None) -> Iterator[None]:
        """Let what is done within belong to a span elsewhere."""
        if parent is None:
            yield
            return
        token = context.attach(_words.extract({_HEADER: parent}))
        try:
            yield
        finally:
            context.detach(token)

    def record(self, name: str, facts: Facts, *, seconds: float, parents: Sequence[str]) -> None:
        """Make a span of something that has just ended: below the first of its parents, linked with the others."""
        first, *others = parents
        links = [Link(trace.get_current_span(_words.extract({_HEADER: each})).get_span_context()) for each in others]
        end = time.time_ns()
        above = _words.extract({_HEADER: first})
        made = self._tracer.start_span(
            name, above, SpanKind.CLIENT, dict(facts), links, start_time=end - int(seconds * 1e9)
        )
        made.end(end)


def make_tracer(service: str, *, own: bool) -> Tracer | None:
    """Make a tracer over the program's own provider, or, when the environment asks, over one that exports as it says."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        return Tracer(provider)
    if not own:
        return None
    # The door: a program with a provider of its own need not have this exporter.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    made = TracerProvider(resource=Resource.create({} if named else {"service.name": service}))
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # For the user's own spans as well: they belong into the same trace.
    trace.set_tracer_provider(made)
    return Tracer(made)
