"""Task runs that stand for runs of deployments in the flow runs that started them: made with them, and in their state from then on.

Such a run is another process's, so its stand-in is in nobody's records: it is under the lease of the run that it stands for, and
outlives the flow run that it belongs to.
"""

from __future__ import annotations

import msgspec

from segue.model import sizes
from segue.model.runs import Id
from segue.model.states import State
from segue.service import task_runs
from segue.service.limits import clipped
from segue.service.records import TASK_RUN, StateRows, intern_task
from segue.store.bulk import Rows
from segue.store.codec import json_text, micros
from segue.store.rows import task_run_out
from segue.store.session import Session
from segue.wire.deployments import StandIn


def make(session: Session, stand_in: StandIn, *, flow_run_id: Id, stands_for: Id, state: State) -> None:
    """Make the task run that stands for a run, in that run's first state."""
    states = StateRows()
    first: State = msgspec.structs.replace(state, id=session.new_id())
    seq = states.add(TASK_RUN, stand_in.id, first, first=True)
    values: list[object] = [
        stand_in.id, flow_run_id, 0, clipped(stand_in.name, sizes.NAME), seq, first.kind, first.name, micros(first.timestamp),
        None, None, None, 0, stand_in.dynamic_key, stand_in.tags or None, stand_in.upstream or None, None, None, None,
        stand_in.parent_task_run_id, None,
    ]  # fmt: skip
    tasks = json_text([intern_task(session, stand_in.task_key, stand_in.task_name, "")])
    base = states.write(session)
    session.put("task_runs_insert", Rows([values]), base=base, lease_id=None, tasks=tasks)
    session.run("task_run_stands", id=stand_in.id, flow_run_id=stands_for)


def follow(session: Session, task_run_id: Id, states: list[State]) -> None:
    """Let the task run that stands for a run go into the states that the run went into."""
    for state in states:
        row = session.row("task_run_read", id=task_run_id)
        if row is None:
            return
        same: State = msgspec.structs.replace(state, id=session.new_id())
        task_runs.enter(session, [(task_run_out(row), same)])
