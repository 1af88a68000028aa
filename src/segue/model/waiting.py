"""What a run waits for: gates, and who stands in them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Keeper(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who keeps a gate shut: a process, a run, or another program."""

    #: `process`, `flow-run`, `task-run`, `worker`, `schedule`, who paused something (`user`, …), or a program's own word.
    type: str
    name: str
    id: str | None = None
    #: Name of the flow run that a task run belongs to.
    flow_run: str | None = None
    since: datetime | None = None


class Gate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a run waits for."""

    #: `time`, `attempt`, `schedule`, `paused`, `worker` (none is there), `slot`, `order` (others come before), `claim` (nobody has
    #: begun it), `start`, `stop`, `answer`, `input`.
    kind: str
    #: What is waited for, in words, such as `its next attempt`.
    what: str
    #: For how long at least, and when the wait ends by itself.
    since: datetime | None = None
    until: datetime | None = None
    keepers: list[Keeper] = []
    #: Of a slot: the task run that waits where it is not the run itself. How many are served before.
    waiter: Keeper | None = None
    ahead: int | None = None
    #: Of an answer: JSON schema of what is asked for.
    schema: dict[str, object] | None = None
