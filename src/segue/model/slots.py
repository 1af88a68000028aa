"""Concurrency limits: how many may do something at once, who does, who waits."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id

#: What the name of a limit on a tag of tasks begins with.
TAG = "tag:"


class SlotHolder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who holds slots or waits for them: a run, or another program."""

    #: `flow-run`, `task-run`, or a word of the program's own.
    type: str
    id: str
    name: str | None = None


class SlotClaim(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Slots that are held, or waited for."""

    id: Id
    slots: int
    asked: datetime
    holder: SlotHolder | None = None


class Limit(Struct, frozen=True, kw_only=True):
    """A limit by name; `tag:NAME` limits the tasks with that tag."""

    id: Id
    name: str
    #: Slots there are.
    limit: int
    created: datetime
    updated: datetime
    #: A limit that is not active lets everybody through.
    active: bool = True
    #: Slots taken now. Of a limit with decay: not yet free again, rounded up.
    active_slots: int = 0
    #: For rate limits: slots that become free by themselves each second; 0 for slots that are held and given back.
    slot_decay_per_second: float = 0.0
    holders: list[SlotClaim] = []
    #: In the order in which they will be served.
    waiters: list[SlotClaim] = []
