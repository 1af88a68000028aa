"""Whether a run that crashed is begun again by itself: as its flow's `on_crash` says, and never beside what may still run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from segue.model.states import Actor, Crashed, Scheduled, State

#: Seconds after the end of a lease from which on its run may be begun elsewhere: its process has stopped by itself before.
AFTER_LEASE = timedelta(seconds=5)
#: Where a state tells that it was not a person who had the run begun again, and for the how manyth time.
RESTART = "restart"


def restarts(history: Sequence[State]) -> int:
    """Return how often a run was begun again by itself since a person last had it begun."""
    for state in reversed(history):
        if isinstance(state, Scheduled) and state.name == "AwaitingRetry":
            count = state.details.get(RESTART)
            return count if isinstance(count, int) else 0
    return 0


def restarted(
    crashed: Crashed,
    history: Sequence[State],
    *,
    allowed: int,
    now: datetime,
    id: str,
    lease_until: datetime | None = None,
) -> Scheduled | None:
    """Return the state in which a crashed run waits for a worker again, None where it stays as it is.

    `lease_until`: nobody has seen that its process is gone; its lease ended then.
    """
    done = restarts(history)
    if done >= allowed:
        return None
    at = now if lease_until is None else max(now, lease_until + AFTER_LEASE)
    why = crashed.message or "It crashed."
    return Scheduled(
        id=id, name="AwaitingRetry", timestamp=now, at=at, details={RESTART: done + 1},
        message=f"Begun again after a crash, {done + 1} of {allowed} times at most. {why}",
        actor=Actor(kind="system", name="on_crash"),
    )  # fmt: skip
