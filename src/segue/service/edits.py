"""Changes and deletions of what was recorded."""

from __future__ import annotations

from segue.decide.naming import FLOW, FLOW_RUN, RESOURCE_ID, RESOURCE_NAME, TASK_RUN
from segue.model import sizes
from segue.model.errors import BadRequest, NotFound, TooLarge
from segue.model.runs import Flow, FlowRun, TaskRun
from segue.service.claims import refuse_if_held
from segue.service.flow_runs import read
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.limits import fits
from segue.service.task_runs import read as read_task_run
from segue.store.codec import json_text, micros
from segue.store.rows import flow_out
from segue.store.session import Session
from segue.wire.requests import ById, FlowRunEdit, NewFlow, Nothing, TaskRunEdit


def edit_flow_run(session: Session, request: FlowRunEdit) -> FlowRun:
    """Change descriptive facts of a flow run; raises `NotFound`, `TooLarge`."""
    fits("The parameters", request.parameters, sizes.PARAMETERS)
    _named(request.name or "")
    before = read(session, ById(request.id))
    session.run(
        "flow_run_edit",
        id=request.id,
        name=request.name,
        tags=None if request.tags is None else json_text(request.tags),
        parameters=None if request.parameters is None else json_text(request.parameters),
        labels=None if request.labels is None else json_text(_joined(before, request)),
        now=micros(session.now()),
    )
    after = read(session, ById(request.id))
    facts = [fact for fact in ("name", "tags", "parameters", "labels") if getattr(before, fact) != getattr(after, fact)]
    if facts:
        named = {"before": before.name} if "name" in facts else {}
        changed(session, f"{FLOW_RUN}updated", _labels(FLOW_RUN, after), changed=facts, **named)
    return after


def _joined(run: FlowRun, request: FlowRunEdit) -> dict[str, object]:
    joined: dict[str, object] = {**run.labels, **(request.labels or {})}
    kept = {name: value for name, value in joined.items() if value is not None}
    fits("The labels", kept, sizes.LABELS)
    return kept


def edit_task_run(session: Session, request: TaskRunEdit) -> TaskRun:
    """Give a task run another name; raises `NotFound`, `TooLarge`."""
    _named(request.name)
    before = read_task_run(session, ById(request.id))
    session.run("task_run_rename", id=request.id, name=request.name)
    after = read_task_run(session, ById(request.id))
    if before.name != after.name:
        changed(session, f"{TASK_RUN}updated", _labels(TASK_RUN, after), changed=["name"], before=before.name)
    return after


def _labels(family: str, what: Flow | FlowRun | TaskRun) -> dict[str, str]:
    return {RESOURCE_ID: f"{family}{what.id}", RESOURCE_NAME: what.name}


def _named(name: str) -> None:
    size = len(name.encode())
    if size > sizes.NAME:
        raise TooLarge(what="The run name", size=size, limit=sizes.NAME)


def delete_flow_run(session: Session, request: ById) -> Nothing:
    """Delete a flow run with all that ran within it; artifacts stay. Raises `NotFound`, `Held`."""
    run = read(session, request)
    refuse_if_held(session, run)
    ids = [str(row[0]) for row in session.rows("flow_runs_within", id=run.id)]
    for each in (run, *(read(session, ById(id)) for id in ids if id != run.id)):
        changed(
            session,
            f"{FLOW_RUN}deleted",
            _labels(FLOW_RUN, each),
            flow=each.flow_name,
            state=each.state.name,
            created=each.created,
            **({} if each is run else {"with": f"{FLOW_RUN}{run.id}"}),
        )
    delete_flow_runs(session, ids)
    return Nothing()


def delete_flow_runs(session: Session, ids: list[str]) -> None:
    """Delete flow runs, their task runs, histories, logs, inputs and leases."""
    asked, now = json_text(ids), micros(session.now())
    # Their files go later: see `service.discarded`.
    session.run("discard_flow_runs", ids=asked, now=now)
    session.run("discard_task_runs_of_flow_runs", ids=asked, now=now)
    for name in (
        "states_of_task_runs_delete",
        "states_of_flow_runs_delete",
        "task_runs_of_flow_runs_delete",
        "logs_of_flow_runs_delete",
        "inputs_of_flow_runs_delete",
        "leases_delete",
        "flow_runs_delete",
    ):
        session.run(name, ids=asked)


def delete_task_run(session: Session, request: ById) -> Nothing:
    """Delete a task run with its history and logs; raises `NotFound`."""
    run = read_task_run(session, request)
    of_run = {} if run.flow_run_id is None else {"flow_run": f"{FLOW_RUN}{run.flow_run_id}"}
    facts = {"state": run.state.name, "created": run.created, **of_run}
    changed(session, f"{TASK_RUN}deleted", _labels(TASK_RUN, run), **facts)
    delete_task_runs(session, [request.id])
    return Nothing()


def delete_task_runs(session: Session, ids: list[str]) -> None:
    """Delete task runs, their histories and logs."""
    asked = json_text(ids)
    session.run("discard_task_runs", ids=asked, now=micros(session.now()))
    for name in ("states_of_tasks_delete", "logs_of_task_runs_delete", "leases_delete", "task_runs_delete"):
        session.run(name, ids=asked)


def create_flow(session: Session, request: NewFlow) -> Flow:
    """Make a flow known before it runs, or return the one of this name; raises `BadRequest` for a name that cannot be."""
    request = identified(session, request)
    if not request.name:
        raise BadRequest("A flow has a name; it is empty.", field="name")
    row = session.row("flow_intern", id=request.id, name=request.name, created=micros(session.now()))
    return read_flow(session, ById(str(row[0]) if row is not None else request.id))


def read_flow(session: Session, request: ById) -> Flow:
    """Return a flow; raises `NotFound`."""
    row = session.row("flow_read", id=request.id)
    if row is None:
        raise NotFound(kind="flow", id=request.id)
    return flow_out(row)


def delete_flow(session: Session, request: ById) -> Nothing:
    """Delete a flow and its runs; raises `NotFound`, `Held`."""
    # Who makes a run of it meanwhile waits, and makes the flow again.
    session.order()
    flow = read_flow(session, request)
    runs = session.rows("flow_runs_of_flow", flow_id=flow.id)
    for row in runs:
        # A subflow's run may have gone with its parent's.
        if session.row("flow_run_read", id=str(row[0])) is not None:
            delete_flow_run(session, ById(str(row[0])))
    session.run("flow_delete", id=flow.id)
    changed(session, f"{FLOW}deleted", _labels(FLOW, flow), flow_runs=len(runs))
    return Nothing()
