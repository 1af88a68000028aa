"""Runs, states and records for the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend, Stream
from segue.backend.streams import RecordStream
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.records import TaskRunMade, TaskRunMoved
from segue.model.runs import FlowRun
from segue.model.states import Pending, Running, State, StateFields
from segue.wire import operations as op
from segue.wire import requests as q

S = TypeVar("S", bound=StateFields)


def state(kind: type[S], **fields: Any) -> S:
    """Make a state as of now, named after its type unless told otherwise."""
    return kind(**{"id": new_id(), "name": kind.kind.capitalize(), "timestamp": now(), **fields})


def start(
    backend: Backend, *, flow: str = "hello", leased: bool = True, states: Sequence[State] | None = None, **fields: Any
) -> q.Grant:
    """Make a flow run; leased and running unless told otherwise."""
    request = q.NewFlowRun(
        **{
            "id": new_id(),
            "flow_name": flow,
            "name": "brave-otter",
            "states": list(states) if states is not None else [state(Pending), state(Running)],
            "lease": q.LeaseRequest(holder=this_holder()) if leased else None,
            **fields,
        }
    )
    return backend.call(op.FLOW_RUN_CREATE, request)


def lease_of(grant: q.Grant) -> q.Lease:
    """Return the lease of a grant, which must have one."""
    assert grant.lease is not None
    return grant.lease


def applied(stream: Stream) -> int:
    """Return the number of a stream's last record that is where it belongs."""
    assert isinstance(stream, RecordStream)
    return stream.applied


def read(backend: Backend, id: str) -> FlowRun:
    """Read a flow run."""
    return backend.call(op.FLOW_RUN_READ, q.ById(id))


def propose(backend: Backend, id: str, to: State, *, fence: int | None = None, force: bool = False) -> q.Verdict:
    """Propose a state."""
    return backend.call(op.FLOW_RUN_PROPOSE, q.Proposal(id=id, state=to, fence=fence, force=force))


def kinds(backend: Backend, id: str) -> list[str]:
    """Return the types of a flow run's states in order."""
    return [row.state.kind for row in backend.call(op.FLOW_RUN_HISTORY, q.ById(id)).items]


def made(flow_run_id: str | None, **fields: Any) -> TaskRunMade:
    """Make the record of a new task run."""
    return TaskRunMade(
        **{
            "id": new_id(),
            "name": "step-0",
            "task_name": "step",
            "task_key": "step-1234abcd",
            "state": state(Pending),
            "flow_run_id": flow_run_id,
            **fields,
        }
    )


def moved(task: TaskRunMade, to: State, **fields: Any) -> TaskRunMoved:
    """Make the record of a task run's next state."""
    return TaskRunMoved(task.id, to, task.flow_run_id, **fields)


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    """Return an instant."""
    return now().replace(year=year, month=month, day=day, hour=0, minute=0, second=0, microsecond=0)


def dead_holder() -> q.Holder:
    """Return a process of this machine that has lived, and lives no more."""
    program = "import msgspec; from segue.backend.holders import this_holder; print(msgspec.json.encode(this_holder()).decode())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return msgspec.json.decode(done.stdout, type=q.Holder)
