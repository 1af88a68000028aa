"""What holders of leases hear of their runs, and what they report of dead neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from segue.model.runs import Id
from segue.model.states import Paused, State
from segue.service.leases import all_open, may_be_near, open_lease
from segue.service.pairing import pair
from segue.service.upkeep import reap
from segue.store.codec import json_text, micros
from segue.store.rows import flow_run_out
from segue.store.session import Session
from segue.wire import leases as op
from segue.wire.leases import Listen, Neighbours, News, Obituary
from segue.wire.requests import Holder, OpenLeases, Reap, Reaped


def listen(session: Session, request: Listen) -> News:
    """Return what there is to be heard now; how long to wait for it is the business of who asks."""
    return news(session, [request])[0]


def news(session: Session, requests: Sequence[Listen]) -> list[News]:
    """Return the news of many listeners at once, in their order."""
    cancelling: dict[Holder, list[tuple[Id, State]]] = {}
    for row in session.rows("leases_cancelling"):
        host, boot, space, pid, started = cast("tuple[str, str, str, int, str]", tuple(row[-5:]))
        run = flow_run_out(row[:-5])
        holder = Holder(host=host, boot=boot, pid_namespace=space, pid=pid, started=started)
        cancelling.setdefault(holder, []).append((run.id, run.state))
    asked = sorted({id for request in requests for id, _ in request.leases})
    found = session.rows("leases_held", ids=json_text(asked)) if asked else []
    held = {(str(id), int(fence or 0)) for id, fence in found}
    gone = sorted({id for request in requests for id, fence in request.leases if (id, fence) not in held})
    stopped: dict[Id, State] = {}
    if gone:
        # Cancelled by force: the run is over, and its process is to stop all the same.
        for row in session.rows("flow_runs_cancelling", leases=json_text(gone)):
            run = flow_run_out(row)
            stopped[run.id] = run.state
    suspended = _suspended(session, asked)
    turns = _turns(session)
    by_worker = _of_workers(session, [request.worker_id for request in requests if request.worker_id is not None])
    answers: list[News] = []
    for request in requests:
        own = dict(cancelling.get(request.holder, []) + by_worker.get(request.worker_id, []))
        own |= {id: suspended[id] for id, _ in request.leases if id in suspended}
        mine = [id for id in turns.get(request.holder, ()) if id not in request.turns]
        answers.append(_news(request, list(own.items()), held, stopped, mine))
    return answers


def _turns(session: Session) -> dict[Holder, list[Id]]:
    """Return the claims on slots whose turn it is, by the process that waits for them."""
    waiting = session.rows("claims_waiting", now=micros(session.now()))
    if not waiting:
        return {}
    # The door: most runs ask for no slots.
    from segue.service.turns import claims_in_turn  # noqa: PLC0415

    ready = claims_in_turn(session)
    found: dict[Holder, list[Id]] = {}
    for row in waiting:
        id, host, boot, space, pid, started = cast("tuple[str, str, str, str, int, str]", tuple(row))
        holder = Holder(host=host, boot=boot, pid_namespace=space, pid=pid, started=started)
        known = found.setdefault(holder, [])
        if id in ready and id not in known:
            known.append(id)
    return found


def _suspended(session: Session, ids: Sequence[Id]) -> dict[Id, State]:
    """Return which of these runs their processes shall let go."""
    if not ids:
        return {}
    runs = [flow_run_out(row) for row in session.rows("flow_runs_paused", ids=json_text(ids))]
    return {run.id: run.state for run in runs if isinstance(run.state, Paused) and run.state.reschedule}


def _of_workers(session: Session, ids: Sequence[Id]) -> dict[Id | None, list[tuple[Id, State]]]:
    """Return the runs that are to stop by the worker that started them."""
    found: dict[Id | None, list[tuple[Id, State]]] = {}
    if not ids:
        return found
    for row in session.rows("workers_cancelling", ids=json_text(sorted(set(ids)))):
        run = flow_run_out(row[:-1])
        found.setdefault(str(row[-1]), []).append((run.id, run.state))
    return found


def _news(
    request: Listen,
    cancelling: list[tuple[Id, State]],
    held: set[tuple[Id, int]],
    stopped: dict[Id, State],
    turns: list[Id],
) -> News:
    known = set(request.known)
    lost = [id for id, fence in request.leases if (id, fence) not in held]
    cancel = cancelling + [(id, stopped[id]) for id in lost if id in stopped]
    return News(lost=lost, cancel=[(id, state) for id, state in cancel if state.id not in known], turns=turns)


def neighbours(session: Session, request: Neighbours) -> OpenLeases:
    """Return the leases held by processes of the asker's machine, as far as its names tell."""
    return OpenLeases(items=[open_lease(lease) for lease in all_open(session) if may_be_near(lease, request.holder)])


def bury(session: Session, request: Obituary) -> Reaped:
    """Close the runs of processes that a neighbour has proven dead; of other machines nobody is believed."""
    reported = set(request.dead)
    near = [
        (lease.id, lease.fence)
        for lease in all_open(session)
        if (lease.id, lease.fence) in reported and may_be_near(lease, request.reporter)
    ]
    return reap(session, Reap(dead=near))


HANDLERS = dict((pair(op.LEASE_LISTEN, listen), pair(op.LEASE_NEIGHBOURS, neighbours), pair(op.LEASE_BURY, bury)))
