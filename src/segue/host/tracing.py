"""Traces, where somebody asked for them: the door to OpenTelemetry, which is loaded only then.

Asked for: an exporter is configured in the environment (`OTEL_EXPORTER_OTLP_ENDPOINT`), or the program has a tracer provider of its
own. Everything else costs a look at two names.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segue.host.spans import Tracer

_log = logging.getLogger("segue.traces")

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
#: Loaded by whoever has a provider.
_SDK = "opentelemetry.sdk.trace"

_lock = threading.Lock()
_tracer: Tracer | None = None
#: Whether the environment asks, once that was looked at.
_asked: bool | None = None


def tracer() -> Tracer | None:
    """Return what makes spans; None where nobody wants any."""
    if _tracer is not None:
        return _tracer
    if _asked is False and _SDK not in sys.modules:
        return None
    return _found()


def traceparent() -> str | None:
    """Return the span that this code is within, as W3C's header names it."""
    found = tracer()
    return None if found is None else found.current()


def is_traceparent(text: str) -> bool:
    """Say whether a text names a span as W3C's header does."""
    parts = text.split("-")
    return [len(part) for part in parts] == [2, 32, 16, 2] and set("".join(parts)) <= set("0123456789abcdef")


def name_service(name: str) -> None:
    """Say what this process is called in traces, where its environment does not."""
    global _service  # noqa: PLW0603 - said once, at the door
    _service = name


_service = "segue"


def _found() -> Tracer | None:
    global _tracer, _asked  # noqa: PLW0603 - found once
    with _lock:
        if _tracer is None:
            if _asked is None:
                _asked = _wanted()
            if _asked or _SDK in sys.modules:
                _tracer = _loaded(own=_asked)
        return _tracer


def _wanted() -> bool:
    environment = os.environ
    off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    return not off and any(environment.get(name) for name in _ENDPOINTS)


def _loaded(*, own: bool) -> Tracer | None:
    global _asked  # noqa: PLW0603 - what cannot be loaded is not asked for again
    try:
        # The door: a hundred milliseconds and thirty megabytes that only those pay who want traces.
        from segue.host.spans import make_tracer  # noqa: PLC0415

        return make_tracer(_service, own=own)
    except ImportError as problem:
        _asked = False
        _log.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, but %s is not installed: `pip install 'segue[otel]'`, or set "
            "OTEL_SDK_DISABLED=true.", problem.name,
        )  # fmt: skip
        return None
