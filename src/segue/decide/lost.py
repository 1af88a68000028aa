"""The end of a run whose process is gone."""

from __future__ import annotations

from datetime import datetime

from segue.model.states import Actor, Cancelled, Cancelling, Crashed, Pending, Scheduled, State

#: Workers that a run may lose before it has begun: one that takes each of them down waits for no more.
_STARTS = 5


def lost_state(state: State, *, pid: int, host: str, now: datetime, id: str, unbegun: int | None = None) -> State:
    """Return how a run ends whose process was lost: Crashed, or Cancelled if it was asked to stop, for it has stopped.

    `unbegun`: how often a worker had claimed it, where a worker was its holder and no code of it has run.
    """
    reaper = Actor(kind="system", name="reaper")
    lost = f"Process {pid} on {host}, which ran this, is gone"
    match state:
        case Pending() if unbegun is not None and unbegun < _STARTS:
            message = f"The worker, process {pid} on {host}, is gone before this began; it waits for another."
            return Scheduled(id=id, name="Scheduled", timestamp=now, at=now, message=message, actor=reaper)
        case Cancelling(actor=actor):
            message = f"{lost}; it had been asked to stop."
            return Cancelled(id=id, name="Cancelled", timestamp=now, message=message, actor=actor or reaper)
        case _:
            message = f"{lost}. It was killed, or its machine went down."
            return Crashed(id=id, name="Crashed", timestamp=now, message=message, actor=reaper)
