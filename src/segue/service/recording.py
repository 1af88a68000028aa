"""What others than an engine record: log lines, task runs; and one state by its id."""

from __future__ import annotations

from segue.model import sizes
from segue.model.errors import BadRequest, NotFound, TooLarge
from segue.model.records import LogLine
from segue.model.runs import StateRow, TaskRun
from segue.model.states import Pending
from segue.service import attribution, task_runs
from segue.service.identified import identified
from segue.service.limits import clipped
from segue.service.pairing import pair
from segue.service.records import TASK_RUN, StateRows, intern_task, log_values
from segue.store.bulk import Rows
from segue.store.codec import json_text, micros
from segue.store.rows import state_row_out
from segue.store.session import Session
from segue.wire import recording as w
from segue.wire.queries import Count
from segue.wire.requests import ById

#: Lines of one request at most.
_BATCH = 1_000


def tell_logs(session: Session, request: w.TellLogs) -> Count:
    """Keep log lines, all or none, and return how many; raises `BadRequest`, and `NotFound` for a run that is not there."""
    if len(request.items) > _BATCH:
        raise BadRequest(
            f"{len(request.items):,} lines were told at once; at most {_BATCH:,} are taken.", field="items"
        )
    for kind, statement, ids in (
        ("flow run", "flow_run_read", {line.flow_run_id for line in request.items}),
        ("task run", "task_run_read", {line.task_run_id for line in request.items}),
    ):
        for id in sorted(filter(None, ids)):
            if session.row(statement, id=id) is None:
                raise NotFound(kind=kind, id=id)
    if request.items:
        # Lines get their numbers in the order of commits, so that no reader's cursor skips one.
        session.order()
        now = session.now()
        lines = [
            LogLine(line.timestamp or now, line.level, line.name, line.message, line.flow_run_id, line.task_run_id)
            for line in request.items
        ]
        session.put("logs_insert", Rows([log_values(line) for line in lines]))
    return Count(len(request.items))


def create_task_run(session: Session, request: w.NewTaskRun) -> TaskRun:
    """Make a task run; made before, it is returned as it is. Raises `NotFound` for its flow run, `TooLarge`."""
    session.order()
    request = identified(session, request)
    if session.row("task_run_read", id=request.id) is not None:
        return task_runs.read(session, ById(request.id))
    size = len(request.name.encode())
    if size > sizes.NAME:
        raise TooLarge(what="The run name", size=size, limit=sizes.NAME)
    if request.flow_run_id is not None and session.row("flow_run_read", id=request.flow_run_id) is None:
        raise NotFound(kind="flow run", id=request.flow_run_id)
    first = request.state or Pending(id=session.new_id(), name="Pending", timestamp=session.now())
    (state,) = attribution.first(session, [first])
    states = StateRows()
    seq = states.add(TASK_RUN, request.id, state, first=True)
    values: list[object] = [
        request.id, request.flow_run_id, 0, request.name, seq, state.kind, state.name, micros(state.timestamp), None,
        None, None, 0, clipped(request.dynamic_key, sizes.NAME), request.tags or None, request.upstream or None, None,
        None, None, request.parent_task_run_id, None,
    ]  # fmt: skip
    tasks = json_text([intern_task(session, request.task_key or request.task_name, request.task_name, "")])
    base = states.write(session)
    session.put("task_runs_insert", Rows([values]), base=base, lease_id=None, tasks=tasks)
    return task_runs.read(session, ById(request.id))


def read_state(session: Session, request: ById) -> StateRow:
    """Return a state of a flow run; raises `NotFound`."""
    row = session.row("flow_run_state_read", id=request.id)
    if row is None:
        raise NotFound(kind="state of a flow run", id=request.id)
    return state_row_out(row)


HANDLERS = dict((pair(w.LOG_TELL, tell_logs), pair(w.TASK_RUN_CREATE, create_task_run), pair(w.STATE_READ, read_state)))
