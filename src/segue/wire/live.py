"""The live stream: what happens, as it becomes known; the row of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Whole
from segue.model.runs import Id
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
    #: Least level of log lines.
    level: Whole = 0
    #: Where to go on from: the id of a message, or the number (`seq`) of an event.
    after: str | None = None


STREAM = Operation(
    "stream.read", "GET", "/stream", StreamQuery, Nothing, Access.READ, Durability.READ, streamed=True,
    says="Tell what happens as it becomes known, as server-sent events, until the client goes.",
)  # fmt: skip
