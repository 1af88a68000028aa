"""From where a run that is retried is done again."""

from __future__ import annotations

from msgspec import Struct

from segue.model.runs import Id

#: Where a state says from where its run is done again: `START`, or the id of a task run.
REDO_FROM = "redo_from"
START = "start"


class Redo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the attempts to come may not take from those before."""

    #: Task runs whose outcome is not taken.
    void: frozenset[Id] = frozenset()
    #: Cache keys under which a value may lie that is not taken.
    stale_keys: frozenset[str] = frozenset()
    #: Every cache key is like these, but for `fresh_keys`.
    all_keys: bool = False
    fresh_keys: frozenset[str] = frozenset()
