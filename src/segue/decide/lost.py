"""The end of a run whose process is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from segue.decide.restarts import RESTART, restarts
from segue.model.states import Actor, Cancelled, Cancelling, Crashed, Pending, Scheduled, State

#: Workers that a run may lose before it has begun: one that takes each of them down waits for no more.
_STARTS = 5
#: Times that a background run is taken up again: one that takes each worker down with it is not the next one's turn for ever.
_RETAKEN = 3
#: Where a state tells under which lease the run was lost.
LOST = "lost_lease"


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


def retaken(
    state: State, history: Sequence[State], *, pid: int, host: str, lease_id: str, now: datetime, id: str
) -> Scheduled | None:
    """Return the state in which a background run whose worker was lost waits for another; None where it does not."""
    done = restarts(history)
    if done >= _RETAKEN or isinstance(state, Cancelling):
        return None
    message = f"The task worker, process {pid} on {host}, is gone. Another takes this up: time {done + 1} of {_RETAKEN} at most."
    return Scheduled(
        id=id, name="AwaitingRetry", timestamp=now, at=now, message=message, details={RESTART: done + 1, LOST: lease_id},
        actor=Actor(kind="system", name="reaper"),
    )  # fmt: skip
