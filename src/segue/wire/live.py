"""The live stream: what happens, as it becomes known; the row of the table of operations."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from segue.model.bounds import Instant, Whole
from segue.model.runs import Id
from segue.wire.events import EventQuery
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing

#: Kinds of messages that can be asked for.
KINDS = ("runs", "events", "logs", "counters")


class StreamQuery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which messages are wanted: of the given kinds, and of them those for which every condition holds.

    `runs` are the states that runs enter, `events` what else happens, `logs` the lines of runs, `counters` how many runs are open
    in each state. A connection that broke goes on with `Last-Event-ID`, or with `after`.
    """

    kinds: list[str] = []
    #: Names of events, such as `segue.flow-run.Failed`; `*` stands for any characters.
    names: list[str] | None = None
    #: What runs, events and lines are about: these flow runs and their task runs.
    flow_run_ids: list[Id] | None = None
    #: Ids of resources, `*` as above.
    resource_ids: list[str] | None = None
    #: What else can be asked of runs and events is what can be asked of their list.
    ids: list[Id] | None = None
    not_names: list[str] | None = None
    any_resource_ids: list[str] | None = None
    related_ids: list[str] | None = None
    related_roles: list[str] | None = None
    actor: str | None = None
    text: str | None = None
    state_types: list[str] | None = None
    state_names: list[str] | None = None
    occurred_after: Instant | None = None
    occurred_before: Instant | None = None
    #: Least level of log lines.
    level: Whole = 0
    #: Where to go on from: the id of a message, or the number (`seq`) of an event.
    after: str | None = None


def stream_of(query: EventQuery) -> StreamQuery:
    """Return what to follow so as to hear of the events that a list would show from now on, states of runs among them."""
    shared = set(StreamQuery.__struct_fields__) & set(EventQuery.__struct_fields__) - {"after"}
    facts = {name: value for name, value in msgspec.structs.asdict(query).items() if name in shared}
    return StreamQuery(kinds=["runs", "events"], **facts)


STREAM = Operation(
    "stream.read", "GET", "/stream", StreamQuery, Nothing, Access.READ, Durability.READ, streamed=True,
    says="Tell what happens as it becomes known, as server-sent events, until the client goes.",
)  # fmt: skip
