"""Which rows an operation decides over: locked before its batch decides anything."""

from __future__ import annotations

from segue.wire.leases import Obituary
from segue.wire.requests import (
    Claim,
    EndLease,
    FlowRunEdit,
    Proposal,
    Reap,
    Renewal,
    TakeLease,
    TaskProposal,
    TaskRunEdit,
)
from segue.wire.slots import LimitEdit, TakeSlots


def rows_of(request: object) -> list[tuple[str, str]]:
    """Return the rows, as (kind, id), that the handler of this request decides over."""
    match request:
        case Proposal(id=id) | FlowRunEdit(id=id):
            return [("flow_run", id)]
        case Claim(id=id):
            return [("lease", id), ("flow_run", id)]
        case TakeLease(id=id) | EndLease(id=id):
            return [("lease", id)]
        case TaskProposal(id=id) | TaskRunEdit(id=id):
            return [("task_run", id)]
        case Renewal(leases=leases):
            return [("lease", id) for id, _ in leases]
        case Reap(dead=dead, unseen=unseen):
            ids = [*unseen, *(id for id, _ in dead)]
            return [(kind, id) for id in ids for kind in ("lease", "flow_run")]
        case Obituary(dead=dead):
            return [(kind, id) for id, _ in dead for kind in ("lease", "flow_run")]
        case TakeSlots(names=names):
            return [("concurrency_limit", name) for name in names]
        case LimitEdit(name=name):
            return [("concurrency_limit", name)]
        case _:
            # Requests of nouns that not every process loads know their rows themselves.
            rows = getattr(request, "rows", None)
            return rows() if rows is not None else []
