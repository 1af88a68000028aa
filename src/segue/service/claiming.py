"""Runs that are due, given to workers: each to one, in the order of their queues' priority and of their time.

A run that may not start yet, because its deployment's limit is full, does not stand in the way of those behind it. What is occupied
is what the living hold: a run counts from its claim to the end of its lease.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

import msgspec
from msgspec import Struct

from segue.decide.job_templates import job_configuration
from segue.host.run_tokens import token_of_lease
from segue.model.deployments import ConcurrencyOptions, Deployment
from segue.model.errors import BadRequest, NotFound
from segue.model.pools import WorkPool
from segue.model.runs import FlowRun, Id
from segue.model.states import Actor, Cancelled, Pending
from segue.service.deployments import read as read_deployment
from segue.service.deployments import version as read_version
from segue.service.flow_runs import close_children, enter, read
from segue.service.graces import overstayed
from segue.service.leases import grant, read_lease
from segue.service.pools import read_pool
from segue.store.codec import instant, json_text, micros
from segue.store.session import Session
from segue.wire import workers as w
from segue.wire.deployments import VersionRef
from segue.wire.requests import ById, ByName, Lease

_options = msgspec.json.Decoder(ConcurrencyOptions)
#: Rows that one look at a queue takes at least.
_SOME = 20


class Line(Struct, frozen=True):
    """A queue of a pool, or the deployments of no pool, and how many of it may be started now."""

    #: None: deployments of no pool.
    queue_id: Id | None
    room: int


class Limits:
    """The limits of deployments, and what is taken of them."""

    def __init__(self, session: Session) -> None:
        self._room: dict[Id, int] = {}
        self._cancels: set[Id] = set()
        for row in session.rows("deployments_limited"):
            id, limit, options, taken = cast("tuple[str, int, str | None, int]", row)
            kept = ConcurrencyOptions() if options is None else _options.decode(options)
            self._room[id] = limit - taken + overstayed(session, id, kept.grace_period_seconds)
            if kept.collision_strategy == "CANCEL_NEW":
                self._cancels.add(id)

    def full(self) -> list[Id]:
        """Return the deployments of which no run may start."""
        return [id for id, room in self._room.items() if room <= 0]

    def cancelling(self) -> list[Id]:
        """Return those of them whose runs are cancelled instead of waiting."""
        return [id for id in self.full() if id in self._cancels]

    def take(self, id: Id | None) -> None:
        """One more run of a deployment starts."""
        if id is not None and id in self._room:
            self._room[id] -= 1


def claim(session: Session, request: w.ClaimWork) -> w.ClaimedWork:
    """Give a worker runs that are due, none where none may start; raises `NotFound` for its pool or deployments."""
    if not 0 < request.limit <= w.MOST_CLAIMED:
        raise BadRequest(f"Between 1 and {w.MOST_CLAIMED} runs can be claimed at once.", field="limit")
    pool = _pool(session, request)
    books = _Books(session, pool)
    again = session.rows("leases_of_claim", claim=request.id)
    if again:
        return w.ClaimedWork(items=[books.handed_out(str(row[0])) for row in again])
    limits = Limits(session)
    _cancel_new(session, request, limits)
    items = [books.give(run_id, request) for run_id in _chosen(session, request, pool, limits, request.limit)]
    return w.ClaimedWork(items=items)


def ready(session: Session, request: w.ClaimWork, most: int) -> int:
    """Return how many runs such a request would be given now, at most so many; only reads."""
    if session.rows("leases_of_claim", claim=request.id):
        return most
    pool = _pool(session, request)
    limits = Limits(session)
    if _to_cancel(session, request, limits):
        return most
    return sum(1 for _ in _chosen(session, request, pool, limits, most, seen=[]))


def next_due(session: Session) -> datetime | None:
    """Return when the next run will be due that is not due yet."""
    row = session.row("runs_next_due", now=micros(session.now()))
    return None if row is None or row[0] is None else instant(int(row[0]))


def _pool(session: Session, request: w.ClaimWork) -> WorkPool | None:
    if request.work_pool_name is not None:
        return read_pool(session, ByName(request.work_pool_name))
    if not request.deployment_ids:
        raise BadRequest("Name a work pool, or the deployments whose runs are asked for.")
    return None


def _chosen(
    session: Session,
    request: w.ClaimWork,
    pool: WorkPool | None,
    limits: Limits,
    most: int,
    *,
    seen: list[Id] | None = None,
) -> Iterator[Id]:
    """Yield runs that may start, in their order; each must be claimed before the next is asked for, or be noted in `seen`."""
    lines, whole = _lines(session, request, pool)
    left = min(most, whole)
    for line in lines:
        room = min(left, line.room)
        while room > 0:
            found = _due(session, request, line, limits, room, seen or ())
            took = 0
            for run_id, deployment_id in found:
                if deployment_id is not None and deployment_id in limits.full():
                    continue
                limits.take(deployment_id)
                if seen is not None:
                    seen.append(run_id)
                yield run_id
                took += 1
                room -= 1
                left -= 1
                if room <= 0:
                    break
            if not took:
                break


def _due(
    session: Session, request: w.ClaimWork, line: Line, limits: Limits, many: int, seen: Sequence[Id]
) -> list[tuple[Id, Id | None]]:
    facts: dict[str, str | int] = {
        "now": micros(session.now()),
        "full": json_text(limits.full()),
        "limit": max(many, _SOME) + len(seen),
    }
    if line.queue_id is not None:
        rows = session.rows("runs_due_in_queue", queue_id=line.queue_id, **facts)
    else:
        rows = session.rows("runs_due_of_deployments", deployments=json_text(request.deployment_ids), **facts)
    return [(str(row[0]), None if row[1] is None else str(row[1])) for row in rows if str(row[0]) not in seen]


def _lines(session: Session, request: w.ClaimWork, pool: WorkPool | None) -> tuple[list[Line], int]:
    """Return the lines to look at in their order, and how many runs all of them together may still start."""
    if pool is None:
        return [Line(None, w.MOST_CLAIMED)], w.MOST_CLAIMED
    if pool.is_paused:
        return [], 0
    queues = _queues(session, request, pool)
    if pool.concurrency_limit is None and all(limit is None for _, limit in queues):
        return [Line(id, w.MOST_CLAIMED) for id, _ in queues], w.MOST_CLAIMED
    taken = {str(row[0]): int(row[1] or 0) for row in session.rows("work_queues_taken", pool_id=pool.id)}
    whole = w.MOST_CLAIMED if pool.concurrency_limit is None else pool.concurrency_limit - sum(taken.values())
    return [Line(id, w.MOST_CLAIMED if limit is None else limit - taken.get(id, 0)) for id, limit in queues], whole


def _queues(session: Session, request: w.ClaimWork, pool: WorkPool) -> list[tuple[Id, int | None]]:
    found = [
        cast("tuple[str, str, int | None]", tuple(row)) for row in session.rows("work_queues_open", pool_id=pool.id)
    ]
    wanted = request.work_queue_names
    return [(id, limit) for id, name, limit in found if not wanted or name in wanted]


def _to_cancel(session: Session, request: w.ClaimWork, limits: Limits) -> list[Id]:
    full = limits.cancelling()
    if not full:
        return []
    rows = session.rows("runs_due_of_full", deployments=json_text(full), now=micros(session.now()))
    return [str(row[0]) for row in rows]


def _cancel_new(session: Session, request: w.ClaimWork, limits: Limits) -> None:
    """Cancel what is due of deployments that are full and whose runs do not wait."""
    for id in _to_cancel(session, request, limits):
        run = read(session, ById(id))
        state = Cancelled(
            id=session.new_id(), name="Cancelled", timestamp=session.now(),
            message="Its deployment's concurrency limit is full, and new runs are cancelled then.",
            actor=Actor(kind="system", name="concurrency limit"),
        )  # fmt: skip
        enter(session, run, [state])
        close_children(session, run, state)


class _Books:
    """Gives runs out, and knows what their deployments said when they were made."""

    def __init__(self, session: Session, pool: WorkPool | None) -> None:
        self._session = session
        self._pool = pool
        self._known: dict[tuple[Id, int | None], Deployment | None] = {}

    def give(self, id: Id, request: w.ClaimWork) -> w.Assignment:
        """Lease a run to a worker."""
        session = self._session
        run = read(session, ById(id))
        asked = request.lease
        if asked.token is not None:
            asked = msgspec.structs.replace(asked, token=token_of_lease(asked.token, id))
        lease = grant(session, id, "flow-run", asked, fence=run.fence + 1)
        session.run("flow_run_claim", id=id, fence=lease.fence)
        session.run("flow_run_of_worker", id=id, worker_id=request.worker_id)
        session.run("lease_claimed", id=id, claim=request.id)
        actor = Actor(kind="worker", name=request.worker_name, id=request.worker_id)
        enter(session, run, [Pending(id=session.new_id(), name="Pending", timestamp=session.now(), actor=actor)])
        return self._assignment(read(session, ById(id)), lease)

    def handed_out(self, id: Id) -> w.Assignment:
        """Return what an earlier answer to the same request gave."""
        held = read_lease(self._session, id)
        if held is None:
            raise NotFound(kind="lease", id=id)
        lease = Lease(id=id, fence=held.fence, expires=instant(held.expires), last_sequence=held.last_sequence)
        return self._assignment(read(self._session, ById(id)), lease)

    def _assignment(self, run: FlowRun, lease: Lease) -> w.Assignment:
        deployment = self._deployment(run)
        template = self._pool.base_job_template if self._pool is not None else {}
        layers = [run.job_variables] if deployment is None else [deployment.job_variables, run.job_variables]
        configuration = job_configuration(template, *layers) if template else _merged(layers)
        if deployment is None:
            return w.Assignment(run=run, lease=lease, entrypoint=run.entrypoint, configuration=configuration)
        return w.Assignment(
            run=run, lease=lease, deployment_name=deployment.name, entrypoint=deployment.entrypoint, path=deployment.path,
            pull_steps=deployment.pull_steps, configuration=configuration,
        )  # fmt: skip

    def _deployment(self, run: FlowRun) -> Deployment | None:
        if run.deployment_id is None:
            return None
        key = (run.deployment_id, run.deployment_version)
        if key not in self._known:
            self._known[key] = self._read(*key)
        return self._known[key]

    def _read(self, id: Id, number: int | None) -> Deployment | None:
        try:
            if number is not None:
                return read_version(self._session, VersionRef(id, number)).deployment
            return read_deployment(self._session, ById(id))
        except NotFound:
            return None


def _merged(layers: Sequence[dict[str, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for layer in layers:
        merged |= layer
    return merged
