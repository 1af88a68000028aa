"""The end of a run whose process is gone."""

from __future__ import annotations

from datetime import datetime

from segue.model.states import Actor, Cancelled, Cancelling, Crashed, State


def lost_state(state: State, *, pid: int, host: str, now: datetime, id: str) -> State:
    """Return how a run ends whose process was lost: Crashed, or Cancelled if it was asked to stop, for it has stopped."""
    reaper = Actor(kind="system", name="reaper")
    lost = f"Process {pid} on {host}, which ran this, is gone"
    match state:
        case Cancelling(actor=actor):
            message = f"{lost}; it had been asked to stop."
            return Cancelled(id=id, name="Cancelled", timestamp=now, message=message, actor=actor or reaper)
        case _:
            message = f"{lost}. It was killed, or its machine went down."
            return Crashed(id=id, name="Crashed", timestamp=now, message=message, actor=reaper)
