"""Whether a run persists its result: its own option, else that of the run around it, else the settings."""

from __future__ import annotations

from typing import Any

from segue.engine.lives import FlowLife, TaskLife
from segue.host import config

_KEY = "persists"


def by_default() -> bool:
    """Say whether results are persisted where nobody says; a place that is named for them is named for being used."""
    settings = config.current().results
    return settings.persist_by_default or settings.default_storage_block is not None


def persists_task(life: TaskLife) -> bool:
    """Say whether a task run persists its result."""
    face: Any = life.spec.face
    own = getattr(face, "persist_result", None)
    if own is None:
        own = config.current().tasks.default_persist_result
    if own is not None:
        return bool(own)
    if life.parent is not None:
        return persists_task(life.parent)
    return persists_flow(life.flow) if life.flow is not None else by_default()


def persists_flow(life: FlowLife) -> bool:
    """Say whether a flow run persists its result; what holds when it is first asked holds for the whole run."""
    known = life.extra.get(_KEY)
    if known is None:
        own = getattr(life.spec.face, "persist_result", None)
        if own is None and life.parent is not None:
            own = persists_flow(life.parent)
        known = life.extra[_KEY] = by_default() if own is None else bool(own)
    return bool(known)
