"""Which scheduled run is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from segue.model.states import Actor, Scheduled, State


def late_state(state: State, *, after: timedelta, now: datetime, id: str) -> Scheduled | None:
    """Return the state of a run that nobody began in time; None for any other.

    A run that waits for its next attempt or for a slot keeps the name that says so.
    """
    if not isinstance(state, Scheduled) or state.name != "Scheduled" or state.at + after >= now:
        return None
    return Scheduled(
        id=id, name="Late", timestamp=now, at=state.at, actor=Actor(kind="system", name="late marker"),
        message="Nobody has begun it although its time has come.",
    )  # fmt: skip
