"""Where a run waits to be started, and what stands in its way: its pool, its queue, their workers, limits, and who comes before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from segue.decide.starting import Before, Full, Place, Seat, Shut
from segue.model.errors import NotFound
from segue.model.pools import MISSED_BEATS, WorkPool, WorkQueue
from segue.model.runs import FlowRun, Id
from segue.model.waiting import Keeper
from segue.service import events
from segue.service.claiming import Limits
from segue.service.deployments import read as read_deployment
from segue.service.pools import read_pool
from segue.store.codec import Json, instant, json_text, micros, words_out
from segue.store.deployment_rows import work_queue_out
from segue.store.session import Session
from segue.wire.events import EventQuery
from segue.wire.requests import ById, ByName

#: Keepers of one gate that are named, workers that are looked at, and runs before another that are counted.
NAMED = 5
_WORKERS, _FURTHEST = 200, 1_000


def place_of(session: Session, run: FlowRun) -> Place | None:
    """Return where a run waits to be started; None for one that is neither of a deployment nor in a queue."""
    row = session.row("flow_run_due", id=run.id)
    due, schedule_id = cast("tuple[int | None, str | None]", (None, None) if row is None else tuple(row))
    schedule = None
    if due is None and schedule_id is not None:
        schedule = Keeper(type="schedule", name=run.created_by.name if run.created_by else schedule_id, id=schedule_id)
    limits = Limits(session)
    full = list(_deployment_full(session, run, limits))
    row = None if run.work_queue_id is None else session.row("work_queue_by_id", id=run.work_queue_id)
    if row is None:
        served = _deployment_name(session, run)
        return None if served is None else Place(of=served, counted=False, full=full, schedule=schedule)
    queue = work_queue_out(row, session.now())
    pool = read_pool(session, ByName(queue.work_pool_name))
    workers, gone, elsewhere = _workers(session, pool, queue)
    full += _full(session, queue.id, f"work queue {pool.name}/{queue.name}", queue.concurrency_limit)
    full += _full(session, pool.id, f"work pool {pool.name}", pool.concurrency_limit)
    return Place(
        of=f"work pool {pool.name}", paused=list(_paused(session, pool, queue)), workers=workers, gone=gone, full=full,
        queue=f"work queue {pool.name}/{queue.name}", elsewhere=elsewhere,
        before=list(_before(session, run, due, pool, queue, limits)), schedule=schedule,
    )  # fmt: skip


def _deployment_name(session: Session, run: FlowRun) -> str | None:
    if run.deployment_id is None:
        return None
    try:
        deployment = read_deployment(session, ById(run.deployment_id))
    except NotFound:
        return None
    return f"deployment {deployment.flow_name}/{deployment.name}"


def _paused(session: Session, pool: WorkPool, queue: WorkQueue) -> Iterator[Shut]:
    if pool.is_paused:
        keeper = _who_paused(session, f"segue.work-pool.{pool.id}", "segue.work-pool.paused")
        yield Shut(what=f"work pool {pool.name}", keeper=keeper)
    if queue.is_paused:
        keeper = _who_paused(session, f"segue.work-queue.{queue.id}", "segue.work-queue.paused")
        yield Shut(what=f"work queue {pool.name}/{queue.name}", keeper=keeper)


def _who_paused(session: Session, resource: str, name: str) -> Keeper | None:
    query = EventQuery(changes=True, resource_ids=[resource], names=[name], limit=1)
    for event in events.list_page(session, query).items:
        if event.actor is not None:
            return Keeper(type=event.actor.kind, name=event.actor.name, id=event.actor.id, since=event.occurred)
    return None


def _workers(session: Session, pool: WorkPool, queue: WorkQueue) -> tuple[list[Seat], list[Keeper], list[str]]:
    there: list[Seat] = []
    gone: list[Keeper] = []
    elsewhere: list[str] = []
    now = micros(session.now())
    for row in session.rows("workers_seen", pool_id=pool.id, limit=_WORKERS):
        id, name, asked, slots, beat, seconds, taken = cast(
            "tuple[str, str, Json | None, int | None, int, float, int]", tuple(row)
        )
        queues = words_out(asked)
        beats = beat + seconds * MISSED_BEATS * 1_000_000 > now
        if queues and queue.name not in queues:
            if beats and len(elsewhere) < NAMED:
                elsewhere.append(name)
            continue
        if beats:
            there.append(Seat(id=id, name=name, taken=taken, slots=slots))
        elif len(gone) < NAMED:
            # One that said that it goes has no last beat.
            gone.append(Keeper(type="worker", name=name, id=id, since=instant(beat) if beat else None))
    return there, gone, elsewhere


def _deployment_full(session: Session, run: FlowRun, limits: Limits) -> Iterator[Full]:
    if run.deployment_id is not None and run.deployment_id in limits.full():
        deployment = read_deployment(session, ById(run.deployment_id))
        of = f"deployment {deployment.flow_name}/{deployment.name}"
        yield from _full(session, deployment.id, of, deployment.concurrency_limit)


def _full(session: Session, of_id: Id, of: str, limit: int | None) -> Iterator[Full]:
    if limit is None:
        return
    row = session.row("runs_holding_count", of_id=of_id)
    taken = int(row[0] or 0) if row is not None else 0
    if taken >= limit:
        rows = session.rows("runs_holding", of_id=of_id, limit=NAMED)
        yield Full(of=of, slots=limit, taken=taken, keepers=[_keeper(*row) for row in rows])


def _keeper(id: object, name: object, since: object) -> Keeper:
    return Keeper(type="flow-run", name=str(name), id=str(id), since=instant(int(cast("int", since))))


def _before(
    session: Session, run: FlowRun, due: int | None, pool: WorkPool, queue: WorkQueue, limits: Limits
) -> Iterator[Before]:
    """Yield what is served before: queues of a lower number, and what has waited longer in its own."""
    now = micros(session.now())
    for row in session.rows("work_queues_open", pool_id=pool.id):
        id, name = str(row[0]), str(row[1])
        own = id == queue.id
        facts: dict[str, str | int] = {"queue_id": id, "now": now, "full": json_text(limits.full()), "limit": _FURTHEST}
        rows = session.rows("runs_before", due=due if own and due is not None else now + 1, id=run.id, **facts)
        rows = [each for each in rows if each[0] != run.id]
        where = "its own queue" if own else f"work queue {pool.name}/{name}"
        keepers = [_keeper(*each) for each in rows[:NAMED]]
        yield Before(where=where, many=len(rows), more=len(rows) >= _FURTHEST, keepers=keepers)
        if own:
            return
