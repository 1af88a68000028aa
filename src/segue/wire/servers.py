"""Servers over the wire: how this one is, and which others serve the same database; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing

PUBLIC, READ = Access.PUBLIC, Access.READ
SELF = Durability.SELF
#: Prometheus' text format.
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


class Health(Struct, frozen=True):
    """The server answers; nothing else is said, because everybody may ask."""

    status: str = "ok"


class Beat(Struct, frozen=True, kw_only=True):
    """One of the loops that look after the database."""

    #: Seconds from one turn to the next, and since the last one that went well (None before the first).
    every: float
    age: float | None
    beating: bool


class Readiness(Struct, frozen=True, kw_only=True):
    """What a server stands on, all of it well; an answer that is no problem means that it is ready."""

    database: str
    schema_version: int
    loops: dict[str, Beat]


SERVER_HEALTH = Operation("server.health", "GET", "/health", Nothing, Health, PUBLIC, SELF)
SERVER_READY = Operation("server.ready", "GET", "/ready", Nothing, Readiness, PUBLIC, SELF)
SERVER_METRICS = Operation("server.metrics", "GET", "/metrics", Nothing, str, READ, SELF, text=_METRICS, at_root=True)
