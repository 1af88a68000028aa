"""What a run that does not run waits for, by its state: every one has its gate, and the gate its keeper where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from segue.decide.starting import Place, standing
from segue.model.states import (
    Actor,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
)
from segue.model.waiting import Gate, Keeper


class Queue(Struct, frozen=True, kw_only=True):
    """A place in the queue for the slots of a limit."""

    limit: str
    slots: int
    taken: int
    ahead: int
    asked: datetime
    keepers: Sequence[Keeper] = ()
    waiter: Keeper | None = None


class Waiting(Struct, frozen=True, kw_only=True):
    """What is known of a run that may wait."""

    state: State
    #: The process that holds its lease.
    process: Keeper | None = None
    queues: Sequence[Queue] = ()
    schema: dict[str, object] | None = None
    #: Runs whose results a task run needs and that are not over.
    upstream: Sequence[Keeper] = ()
    #: Where a worker must take it, or take it again.
    place: Place | None = None
    #: The worker that would end it by force, where nothing is heard of that worker any more.
    away: Keeper | None = None


def gates(run: Waiting, now: datetime) -> list[Gate]:
    """Return what a run waits for; nothing for one that runs and asks for nothing, or is over."""
    state, process = run.state, run.process
    keepers = [process] if process is not None else []
    queued = [_slot(queue) for queue in run.queues]
    match state:
        case Scheduled():
            return _scheduled(run, state, queued, now)
        case Pending(name="NotReady"):
            return [Gate(kind="input", what=state.message or "a result that cannot be had", since=state.timestamp)]
        case Pending() if run.upstream:
            return [Gate(kind="input", what="runs before it", since=state.timestamp, keepers=list(run.upstream))]
        case Pending(actor=Actor(kind="worker") as worker) if process is not None:
            what = f"its infrastructure to start: worker {worker.name} has taken it"
            keepers = [Keeper(type="worker", name=worker.name, id=worker.id), *keepers]
            return [Gate(kind="start", what=what, since=state.timestamp, keepers=keepers)]
        case Pending() if process is not None:
            return [Gate(kind="start", what="its process to begin", since=state.timestamp, keepers=keepers)]
        case Pending():
            what = "somebody to start it: no process holds it"
            return [Gate(kind="claim", what=what, since=state.timestamp)]
        case Paused(until=until):
            what = "somebody to resume it"
            return [
                Gate(kind="answer", what=what, since=state.timestamp, until=until, keepers=keepers, schema=run.schema)
            ]
        case Cancelling() if process is not None:
            what = f"process {process.id} on {process.name} to stop"
            if run.away is not None:
                what += (
                    f" by itself, or its lease to end: worker {run.away.name}, which would stop it by force, is away"
                )
                keepers = [run.away, *keepers]
            return [Gate(kind="stop", what=what, since=state.timestamp, keepers=keepers)]
        case Cancelling():
            what = "the next look at its process, which is gone"
            return [Gate(kind="stop", what=what, since=state.timestamp)]
        case Running():
            return queued
        case Completed() | Failed() | Crashed() | Cancelled():
            return []
        case never:
            assert_never(never)


def _scheduled(run: Waiting, state: Scheduled, queued: list[Gate], now: datetime) -> list[Gate]:
    keepers = [run.process] if run.process is not None else []
    standing_in_line = run.place is not None and run.process is None
    if state.name == "AwaitingConcurrencySlot" and not standing_in_line:
        # Between two looks of its process it is in no queue.
        return queued or [Gate(kind="slot", what=state.message or "a slot of a limit", since=state.timestamp)]
    if state.name == "AwaitingRetry" and (state.at > now or not standing_in_line):
        first = Gate(kind="attempt", what="its next attempt", since=state.timestamp, until=state.at, keepers=keepers)
        return [first, *_standing(run, state, now)]
    if state.at > now:
        first = Gate(kind="time", what="its time", since=state.timestamp, until=state.at)
        return [first, *_standing(run, state, now)]
    if standing_in_line:
        return _standing(run, state, now)
    return [Gate(kind="claim", what="somebody to start it: its time has come", since=state.at)]


def _standing(run: Waiting, state: Scheduled, now: datetime) -> list[Gate]:
    """Return what stands between the run and a worker, where one must take it."""
    if run.place is None or run.process is not None:
        return []
    return standing(run.place, since=state.at, due=state.at <= now)


def _slot(queue: Queue) -> Gate:
    many = f"{queue.taken} of {queue.slots} taken"
    return Gate(
        kind="slot", what=f"a slot of the limit {queue.limit} ({many})", since=queue.asked, ahead=queue.ahead,
        keepers=list(queue.keepers), waiter=queue.waiter,
    )  # fmt: skip
