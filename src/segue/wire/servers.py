"""Servers over the wire: how this one is, and which others serve the same database; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Instant
from segue.model.settings import Retention
from segue.wire.operation import Access, Durability, Operation, Page
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
    #: What it is there for, in words that follow its name.
    purpose: str = "looks after the database"


class Readiness(Struct, frozen=True, kw_only=True):
    """What a server stands on, all of it well; an answer that is no problem means that it is ready."""

    database: str
    schema_version: int
    loops: dict[str, Beat]


class Writing(Struct, frozen=True, kw_only=True):
    """How writing goes since the server began; seconds."""

    batches: int
    #: The longest wait for the database, and the longest that a batch held it.
    longest_wait: float
    longest_hold: float


class ServerFacts(Struct, frozen=True, kw_only=True):
    """A server and what it stands on: which version, since when, for how long it keeps things, how much room is left."""

    version: str
    python: str
    started: Instant
    #: `sqlite` or `postgresql`.
    database: str
    schema_version: int
    retention: Retention
    writing: Writing
    #: Bytes of a SQLite database with its journal, and free where it lies; None for any other database.
    database_size: int | None = None
    disk_free: int | None = None


class Part(Struct, frozen=True):
    """Names one file of the reference."""

    name: str


SERVER_HEALTH = Operation(
    "server.health", "GET", "/health", Nothing, Health, PUBLIC, SELF, says="Say that the server answers."
)
SERVER_READY = Operation(
    "server.ready", "GET", "/ready", Nothing, Readiness, PUBLIC, SELF,
    says="Say whether the server can do its work; raises `NotReady` where it cannot.",
)  # fmt: skip
SERVER_FACTS = Operation(
    "server.facts", "GET", "/server", Nothing, ServerFacts, READ, SELF,
    says="Return which version this is, for how long it keeps things, and what it stands on; raises `StorageProblem`.",
)  # fmt: skip
SERVER_OPENAPI = Operation(
    "server.openapi", "GET", "/openapi.json", Nothing, Page, PUBLIC, SELF,
    says="Return this description of the API, by the OpenAPI specification.",
)  # fmt: skip
SERVER_DOCS = Operation(
    "server.docs", "GET", "/docs", Nothing, Page, PUBLIC, SELF,
    says="Show this description as a page to read and to try.",
)  # fmt: skip
SERVER_DOCS_PART = Operation(
    "server.docs-part", "GET", "/docs/{name}", Part, Page, PUBLIC, SELF,
    says="Return a part of that page; raises `NotFound`.",
)  # fmt: skip
SERVER_METRICS = Operation(
    "server.metrics", "GET", "/metrics", Nothing, str, READ, SELF, text=_METRICS, at_root=True,
    says="Return how the server and its database are, as Prometheus reads it.",
)  # fmt: skip
