"""Workers: what their beats tell, and who is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from segue.model.errors import NotFound
from segue.model.pools import MISSED_BEATS, Worker, WorkPool
from segue.service.claiming import claim
from segue.service.happenings import happened
from segue.service.pairing import pair
from segue.service.pools import checked_name, queue_of, read_pool
from segue.store.codec import Json, Row, instant, json_or_none, json_text, map_out, micros, micros_or_none, words_out
from segue.store.lists import Fixed, Where, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import workers as w
from segue.wire.requests import ByName, Nothing

_WORKERS = Fixed(p__name=str, w__name=str)
#: Microseconds for each second between two beats, after which a worker that is silent is taken for gone.
_MISSED = MISSED_BEATS * 1_000_000


def beat(session: Session, request: w.WorkerBeat) -> Worker:
    """Note that a worker is there; raises `NotFound` for its pool, `BadRequest` for its name."""
    pool = read_pool(session, ByName(request.work_pool_name))
    now = micros(session.now())
    known = session.row("worker_read", pool=pool.name, name=request.name)
    was_online = known is not None and _worker(known, session.now(), ()).status == "ONLINE"
    if known is None:
        checked_name("worker", request.name)
    asked = [queue_of(session, pool, name).id for name in request.work_queue_names]
    asked = asked or [str(row[0]) for row in session.rows("work_queues_of_pool", pool_id=pool.id)]
    session.run("work_queues_polled", ids=json_text(asked), now=now)
    session.run(
        "worker_put", id=session.new_id() if known is None else str(known[0]), pool_id=pool.id, name=request.name,
        queues=json_or_none(request.work_queue_names), slots=request.limit, facts=json_or_none(request.facts),
        heartbeat_seconds=request.heartbeat_seconds, now=now,
    )  # fmt: skip
    if not was_online:
        _happened(session, "online", pool, request.name)
        _pool_happened(session, "ready", pool, request.name)
    return read(session, w.WorkerRef(pool.name, request.name))


def note(session: Session, asked: Sequence[w.ClaimWork]) -> None:
    """Take it for a beat that workers ask for work; one that is not known, or takes no more runs, has to beat by itself."""
    there: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in asked:
        row = session.row("worker_read", pool=each.work_pool_name, name=each.worker_name)
        known = None if row is None else _worker(row, session.now(), ())
        if known is None or known.left:
            continue
        if known.status == "ONLINE":
            there.setdefault((known.work_pool_id, tuple(known.work_queue_names)), []).append(known.id)
        else:
            beat(session, _beat_of(known))
    now = micros(session.now())
    # In one order, whichever server notes it.
    for (pool_id, names), ids in sorted(there.items()):
        queues = session.rows("work_queues_of_pool", pool_id=pool_id)
        polled = [str(id) for id, name in queues if not names or name in names]
        session.run("work_queues_polled", ids=json_text(polled), now=now)
        session.run("workers_noted", ids=json_text(ids), now=now)


def ask(session: Session, request: w.ClaimWork) -> w.ClaimedWork:
    """Give a worker runs that are due, none where none may start; raises `NotFound` for its pool or deployments."""
    if request.beats:
        note(session, [request])
    return claim(session, request)


def _beat_of(known: Worker) -> w.WorkerBeat:
    return w.WorkerBeat(
        work_pool_name=known.work_pool_name, name=known.name, heartbeat_seconds=known.heartbeat_seconds,
        work_queue_names=known.work_queue_names, limit=known.limit, facts=known.facts,
    )  # fmt: skip


def read(session: Session, request: w.WorkerRef) -> Worker:
    """Return a worker with the runs that it has started and that are not over; raises `NotFound`."""
    row = session.row("worker_read", pool=request.work_pool_name, name=request.name)
    if row is None:
        read_pool(session, ByName(request.work_pool_name))
        raise NotFound(kind=f"worker of pool {request.work_pool_name!r}", id=request.name)
    return _told(session, row)


def leave(session: Session, request: w.WorkerRef) -> Nothing:
    """Note that a worker takes no more runs; one that is not known is no mistake."""
    row = session.row("worker_read", pool=request.work_pool_name, name=request.name)
    if row is not None:
        was = _worker(row, session.now(), ())
        session.run("worker_left", id=was.id)
        if was.status == "ONLINE":
            pool = read_pool(session, ByName(request.work_pool_name))
            _happened(session, "offline", pool, request.name)
            _pool_happened(session, "not-ready", pool, request.name)
    return Nothing()


def find_lost(session: Session, limit: int) -> list[w.WorkerRef]:
    """Return the workers that have said nothing for too long, and of which nobody was told; the longest silent first."""
    rows = session.rows("workers_lost", missed=_MISSED, now=micros(session.now()), limit=limit)
    return [w.WorkerRef(str(pool), str(name)) for pool, name in rows]


def lose(session: Session, request: list[w.WorkerRef]) -> int:
    """Tell that workers are offline which are, each once, whoever asks; returns of how many."""
    session.order()
    told = 0
    for ref in request:
        row = session.row("worker_read", pool=ref.work_pool_name, name=ref.name)
        if row is None:
            continue
        was = _worker(row, session.now(), ())
        if session.run("worker_lost", id=was.id, missed=_MISSED, now=micros(session.now())):
            pool = read_pool(session, ByName(ref.work_pool_name))
            _happened(session, "offline", pool, ref.name, last_heartbeat=was.last_heartbeat.isoformat())
            _pool_happened(session, "not-ready", pool, ref.name)
            told += 1
    return told


def list_page(session: Session, request: w.WorkerQuery) -> w.Workers:
    """Return a page of workers, by pool and name."""
    where = Where(session.dialect)
    where.among("p.name", request.work_pool_names)
    where.among("w.name", request.names)
    if request.online is not None:
        alive = f"w.last_heartbeat + w.heartbeat_seconds * {MISSED_BEATS * 1_000_000}"
        where.add(f"{alive} {'>' if request.online else '<='} {where.hold(micros(session.now()))}")
    if request.left is not None:
        where.add(f"w.last_heartbeat {'=' if request.left else '<>'} 0")
    where.compare("w.last_heartbeat", ">", micros_or_none(request.beat_after))
    _WORKERS.beyond(where, request.after)
    rows, more = page(session, statement("worker_select"), where, _WORKERS, request.limit, request.offset)
    items = [_told(session, row) for row in rows]
    after = _WORKERS.cursor((items[-1].work_pool_name, items[-1].name)) if more else None
    return w.Workers(items=items, next=after)


def _told(session: Session, row: Row) -> Worker:
    runs = [str(each[0]) for each in session.rows("worker_runs", id=str(row[0]))]
    return _worker(row, session.now(), runs)


def _worker(row: Row, now: datetime, runs: object) -> Worker:
    id, name, pool_id, pool, created, last, seconds, queues, slots, facts = cast(
        "tuple[str, str, str, str, int, int, float, Json | None, int | None, Json | None]", row
    )
    online = last + seconds * MISSED_BEATS * 1_000_000 > micros(now)
    return Worker(
        id=id, name=name, work_pool_id=pool_id, work_pool_name=pool, created=instant(created), last_heartbeat=instant(last),
        heartbeat_seconds=seconds, status="ONLINE" if online else "OFFLINE", left=last == 0,
        work_queue_names=words_out(queues), limit=slots,
        flow_run_ids=list(cast("list[str]", runs)), facts=map_out(facts),
    )  # fmt: skip


def _happened(session: Session, what: str, pool: WorkPool, name: str, **payload: object) -> None:
    labels = {"segue.resource.id": f"segue.worker.{pool.id}.{name}", "segue.resource.name": name}
    happened(session, f"segue.worker.{what}", labels, work_pool=pool.name, **payload)


def _pool_happened(session: Session, what: str, pool: WorkPool, worker: str) -> None:
    """Tell what the coming or going of a worker means to its pool, where it is the only one."""
    row = session.row("workers_online_else", pool=pool.id, name=worker, missed=_MISSED, now=micros(session.now()))
    if row is None or not row[0]:
        labels = {"segue.resource.id": f"segue.work-pool.{pool.id}", "segue.resource.name": pool.name}
        happened(session, f"segue.work-pool.{what}", labels, worker=worker)


HANDLERS = dict(
    (
        pair(w.WORKER_BEAT, beat),
        pair(w.WORKER_READ, read),
        pair(w.WORKER_LEAVE, leave),
        pair(w.WORKER_LIST, list_page),
        pair(w.WORK_CLAIM, ask),
    )
)
