"""Tokens of runs: what whoever holds a lease shows from its grant until the lease is forgotten.

A run may do what whoever began it might, to itself: which operations these are stands in `wire.rights`, and whether a request is
about the run itself is looked up here.
"""

from __future__ import annotations

from typing import Any, assert_never

from segue.host.secrets import digest
from segue.model.errors import BadRequest, Forbidden
from segue.model.records import ArtifactMade, EventTold, LogLine, SubflowMade, SubflowMoved, TaskRunMade, TaskRunMoved
from segue.model.runs import Id
from segue.model.tokens import RUN, is_token
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire.operation import Access, Operation
from segue.wire.requests import Batch
from segue.wire.rights import ALL, RUN_MAY, Reach


def keep_token(session: Session, lease_id: Id, token: str) -> None:
    """Keep what a run will be known by; raises `BadRequest`."""
    if not is_token(token, RUN):
        raise BadRequest(f"A run's token is {RUN!r} and 32 bytes of chance in URL-safe base64.")
    caller = session.caller
    held = caller.rights if caller is not None and caller.rights is not None else ALL
    session.run(
        "run_token_put",
        digest=digest(token),
        lease_id=lease_id,
        actor=json_text(caller.actor) if caller is not None else None,
        rights=json_text(sorted(held - {Access.ADMIN.value})),
    )


def refuse_others(session: Session, lease_id: Id, operation: Operation[Any, Any], request: Any) -> None:
    """Raise `Forbidden` when a run asks for something that is not about itself."""
    if operation.access in {Access.PUBLIC, Access.READ}:
        return
    reach = RUN_MAY.get(operation.name)
    if reach is None or not _is_own(session, lease_id, reach, request):
        raise Forbidden(
            f"A run may call {operation.name} for itself alone, if at all; a person or a program needs a key of its own."
        )


def _is_own(session: Session, lease_id: Id, reach: Reach, request: Any) -> bool:
    match reach:
        case Reach.ANY:
            return True
        case Reach.LEASE:
            whole = not isinstance(request, Batch) or is_own_batch(session, lease_id, request)
            return bool(request.lease_id == lease_id) and whole
        case Reach.LEASES:
            return all(id == lease_id for id, _ in request.leases)
        case Reach.LEASE_ITSELF:
            return bool(request.id == lease_id)
        case Reach.FLOW_RUN:
            return _is_within(session, lease_id, request.id)
        case Reach.OF_FLOW_RUN:
            return _is_within(session, lease_id, request.flow_run_id)
        case Reach.OF_FLOW_RUNS:
            return all(_is_within(session, lease_id, id) for id in {each.flow_run_id for each in request.items})
        case Reach.SUBFLOW:
            return lease_id in {request.root_flow_run_id, request.id} or _is_within(
                session, lease_id, request.parent_flow_run_id
            )
        case Reach.CALLED:
            called = request.parent_flow_run_id
            return called is None or _is_within(session, lease_id, called)
        case Reach.TASK_RUN:
            row = session.row("task_run_whose", id=request.id)
            return row is not None and (row[0] == lease_id or _is_within(session, lease_id, row[1]))
        case Reach.LINES:
            lines = {(line.flow_run_id, line.task_run_id) for line in request.items}
            return _are_own(session, lease_id, {of for of, _ in lines}, {of for _, of in lines})
        case Reach.SLOT:
            return all(row[0] == lease_id for row in session.rows("claim_whose", id=request.id))
        case never:
            assert_never(never)


def is_own_batch(session: Session, lease_id: Id, batch: Batch) -> bool:
    """Say whether nothing in a batch is about another run than that of the lease; what it makes is in no record yet."""
    task_runs: set[Id | None] = set()
    flow_runs: set[Id | None] = set()
    for record in batch.records:
        match record:
            case TaskRunMade(id=id, flow_run_id=flow_run_id):
                task_runs.add(id)
                flow_runs.add(flow_run_id)
            case TaskRunMoved(id=id):
                task_runs.add(id)
            case SubflowMade(id=id, parent_flow_run_id=parent, root_flow_run_id=root):
                flow_runs |= {id, parent, root}
            case SubflowMoved(id=id):
                flow_runs.add(id)
            case (
                LogLine(flow_run_id=flow_run_id, task_run_id=id) | ArtifactMade(flow_run_id=flow_run_id, task_run_id=id)
            ):
                flow_runs.add(flow_run_id)
                task_runs.add(id)
            case EventTold():
                # An event may be about anything, as it may be when it is told by itself.
                pass
    return _are_own(session, lease_id, flow_runs, task_runs)


def _are_own(session: Session, lease_id: Id, flow_runs: set[Id | None], task_runs: set[Id | None]) -> bool:
    looks = (("foreign_flow_runs", flow_runs - {None, lease_id}), ("foreign_task_runs", task_runs - {None}))
    return all(
        session.row(name, ids=json_text(sorted(map(str, ids))), lease_id=lease_id) is None for name, ids in looks if ids
    )


def _is_within(session: Session, lease_id: Id, flow_run_id: object) -> bool:
    """Say whether a flow run is the one of this lease, or was called by it."""
    if flow_run_id == lease_id:
        return True
    row = session.row("flow_run_whose", id=str(flow_run_id)) if flow_run_id else None
    return row is not None and lease_id in row
