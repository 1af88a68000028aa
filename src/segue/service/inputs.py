"""Values sent to flow runs from outside."""

from __future__ import annotations

from segue.model import sizes
from segue.model.errors import AlreadyExists, NotFound
from segue.model.things import RunInput
from segue.service.limits import fits
from segue.store.codec import json_text, micros
from segue.store.rows import run_input_out
from segue.store.session import Session
from segue.wire.requests import InputKey, InputQuery, Inputs, Nothing, PutInput


def put(session: Session, request: PutInput) -> RunInput:
    """Store a run input; raises `AlreadyExists` for a key that is there, `NotFound` for a run that is not."""
    fits("The input", request.value, sizes.PARAMETERS)
    if session.row("flow_run_read", id=request.flow_run_id) is None:
        raise NotFound(kind="flow run", id=request.flow_run_id)
    row = session.row(
        "input_put",
        flow_run_id=request.flow_run_id,
        key=request.key,
        value=request.value,
        sender=request.sender,
        created=micros(session.now()),
    )
    if row is None:
        raise AlreadyExists(kind="run input", id=request.key)
    return run_input_out(row)


def list_page(session: Session, request: InputQuery) -> Inputs:
    """Return inputs of a run by key prefix, oldest first."""
    rows = session.rows(
        "inputs_list",
        flow_run_id=request.flow_run_id,
        prefix=request.prefix,
        length=len(request.prefix),
        exclude=json_text(request.exclude),
        limit=max(0, request.limit),
    )
    return Inputs(items=[run_input_out(row) for row in rows])


def delete(session: Session, request: InputKey) -> Nothing:
    """Delete an input; raises `NotFound`."""
    if session.run("input_delete", flow_run_id=request.flow_run_id, key=request.key) == 0:
        raise NotFound(kind="run input", id=request.key)
    return Nothing()
