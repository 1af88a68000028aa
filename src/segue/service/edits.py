"""Changes and deletions of what was recorded."""

from __future__ import annotations

from segue.model import sizes
from segue.model.errors import NotFound, TooLarge
from segue.model.runs import Flow, FlowRun, TaskRun
from segue.service.claims import refuse_if_held
from segue.service.flow_runs import read
from segue.service.limits import fits
from segue.service.task_runs import read as read_task_run
from segue.store.codec import json_text, micros
from segue.store.rows import flow_out
from segue.store.session import Session
from segue.wire.requests import ById, FlowRunEdit, Nothing, TaskRunEdit


def edit_flow_run(session: Session, request: FlowRunEdit) -> FlowRun:
    """Change descriptive facts of a flow run; raises `NotFound`, `TooLarge`."""
    fits("The parameters", request.parameters, sizes.PARAMETERS)
    _named(request.name or "")
    session.run(
        "flow_run_edit",
        id=request.id,
        name=request.name,
        tags=None if request.tags is None else json_text(request.tags),
        parameters=None if request.parameters is None else json_text(request.parameters),
        now=micros(session.now()),
    )
    return read(session, ById(request.id))


def edit_task_run(session: Session, request: TaskRunEdit) -> TaskRun:
    """Give a task run another name; raises `NotFound`, `TooLarge`."""
    _named(request.name)
    session.run("task_run_rename", id=request.id, name=request.name)
    return read_task_run(session, ById(request.id))


def _named(name: str) -> None:
    size = len(name.encode())
    if size > sizes.NAME:
        raise TooLarge(what="The run name", size=size, limit=sizes.NAME)


def delete_flow_run(session: Session, request: ById) -> Nothing:
    """Delete a flow run with all that ran within it; artifacts stay. Raises `NotFound`, `Held`."""
    run = read(session, request)
    refuse_if_held(session, run, None)
    delete_flow_runs(session, [str(row[0]) for row in session.rows("flow_runs_below", id=run.id)])
    return Nothing()


def delete_flow_runs(session: Session, ids: list[str]) -> None:
    """Delete flow runs, their task runs, histories, logs, inputs and leases."""
    asked = json_text(ids)
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
    if session.row("task_run_read", id=request.id) is None:
        raise NotFound(kind="task run", id=request.id)
    delete_task_runs(session, [request.id])
    return Nothing()


def delete_task_runs(session: Session, ids: list[str]) -> None:
    """Delete task runs, their histories and logs."""
    asked = json_text(ids)
    for name in ("states_of_tasks_delete", "logs_of_task_runs_delete", "leases_delete", "task_runs_delete"):
        session.run(name, ids=asked)


def read_flow(session: Session, request: ById) -> Flow:
    """Return a flow; raises `NotFound`."""
    row = session.row("flow_read", id=request.id)
    if row is None:
        raise NotFound(kind="flow", id=request.id)
    return flow_out(row)


def delete_flow(session: Session, request: ById) -> Nothing:
    """Delete a flow and its runs; raises `NotFound`, `Held`."""
    flow = read_flow(session, request)
    for row in session.rows("flow_runs_of_flow", flow_id=flow.id):
        # A subflow's run may have gone with its parent's.
        if session.row("flow_run_read", id=str(row[0])) is not None:
            delete_flow_run(session, ById(str(row[0])))
    session.run("flow_delete", id=flow.id)
    return Nothing()
