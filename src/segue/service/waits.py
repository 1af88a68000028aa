"""Why a run does not run: its gate, and who keeps it shut, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import msgspec

from segue.decide.waiting import Queue, Waiting, gates
from segue.model.pools import MISSED_BEATS
from segue.model.runs import FlowRun, TaskRun
from segue.model.slots import Limit, SlotClaim, SlotHolder
from segue.model.states import Cancelling, Paused, Scheduled
from segue.model.waiting import Keeper
from segue.service import flow_runs, slots, task_runs
from segue.service.leases import read_lease
from segue.service.pairing import pair
from segue.service.starting import NAMED, place_of
from segue.store.codec import instant, micros
from segue.store.rows import task_run_out
from segue.store.session import Session
from segue.wire import waits as w
from segue.wire.requests import ById, ByName

_holder = msgspec.json.Decoder(SlotHolder)


def of_flow_run(session: Session, request: ById) -> w.Waits:
    """Return what a flow run waits for, its own code and its tasks; raises `NotFound`."""
    run = flow_runs.read(session, request)
    if run.state.final:
        return w.Waits(items=[])
    process = _process(session, run.lease_id)
    queues = _queues(session, run.lease_id, lambda holder: _is_within(session, holder, run))
    waiting = Waiting(
        state=run.state, process=process, queues=queues, schema=_schema(session, run),
        place=place_of(session, run) if isinstance(run.state, Scheduled) and process is None else None,
        away=_worker_away(session, run) if isinstance(run.state, Cancelling) else None,
    )  # fmt: skip
    return _told(session, waiting)


def of_task_run(session: Session, request: ById) -> w.Waits:
    """Return what a task run waits for; raises `NotFound`."""
    run = task_runs.read(session, request)
    if run.state.final:
        return w.Waits(items=[])
    lease_id = _lease_of(session, run)
    queues = _queues(session, lease_id, lambda holder: holder.id == run.id)
    waiting = Waiting(
        state=run.state, process=_process(session, lease_id), queues=queues, upstream=_upstream(session, run)
    )
    return _told(session, waiting)


def _told(session: Session, run: Waiting) -> w.Waits:
    return w.Waits(items=gates(run, session.now()))


def _upstream(session: Session, run: TaskRun) -> list[Keeper]:
    if run.state.kind != "PENDING":
        return []
    found: list[Keeper] = []
    for id in sorted({id for ids in run.upstream.values() for id in ids}):
        row = session.row("task_run_read", id=id)
        before = None if row is None else task_run_out(row)
        if before is not None and not before.state.final and len(found) < NAMED:
            found.append(Keeper(type="task-run", name=before.name, id=id, since=before.start_time))
    return found


def _lease_of(session: Session, run: TaskRun) -> str | None:
    if run.lease_id is not None or run.flow_run_id is None:
        return run.lease_id
    flow_run = flow_runs.find(session, run.flow_run_id)
    return None if flow_run is None else flow_run.lease_id


def _process(session: Session, lease_id: str | None) -> Keeper | None:
    lease = read_lease(session, lease_id)
    if lease is None or lease.ended is not None:
        return None
    return Keeper(type="process", name=lease.holder.host, id=str(lease.holder.pid))


def _worker_away(session: Session, run: FlowRun) -> Keeper | None:
    """Return the worker that has started a run, where its beats do not come any more."""
    row = session.row("worker_of_run", id=run.id)
    if row is None:
        return None
    id, name, last, seconds = cast("tuple[str, str, int, float]", tuple(row))
    if last + seconds * MISSED_BEATS * 1_000_000 > micros(session.now()):
        return None
    return Keeper(type="worker", name=name, id=id, since=instant(last) if last else None)


def _schema(session: Session, run: FlowRun) -> dict[str, object] | None:
    if not isinstance(run.state, Paused) or run.state.input_key is None:
        return None
    prefix = f"{run.state.input_key}-schema"
    rows = session.rows("inputs_list", flow_run_id=run.id, prefix=prefix, length=len(prefix), exclude="[]", limit=1)
    return msgspec.json.decode(str(rows[0][2]), type=dict[str, object]) if rows else None


def _queues(session: Session, lease_id: str | None, is_meant: Callable[[SlotHolder], bool]) -> list[Queue]:
    if lease_id is None:
        return []
    found: list[Queue] = []
    limits: dict[str, Limit] = {}
    for name, id, asked, holder in session.rows(
        "claims_waiting_of_lease", lease_id=lease_id, now=micros(session.now())
    ):
        waiter = None if holder is None else _holder.decode(str(holder))
        if waiter is None or not is_meant(waiter):
            continue
        limit = limits.get(str(name))
        if limit is None:
            limit = limits[str(name)] = slots.read(session, ByName(str(name)))
        place = next((n for n, each in enumerate(limit.waiters) if each.id == id), 0)
        found.append(
            Queue(
                limit=limit.name, slots=limit.limit, taken=limit.active_slots, ahead=place, asked=instant(int(asked or 0)),
                keepers=[_keeper(session, each) for each in limit.holders[:NAMED]],
                waiter=Keeper(type=waiter.type, name=waiter.name or waiter.id, id=waiter.id),
            )
        )  # fmt: skip
    return found


def _keeper(session: Session, claim: SlotClaim) -> Keeper:
    holder = claim.holder
    if holder is None:
        return Keeper(type="claim", name=claim.id, id=claim.id, since=claim.asked)
    run = _task_run(session, holder)
    flow_run = flow_runs.find(session, run.flow_run_id) if run is not None and run.flow_run_id is not None else None
    return Keeper(
        type=holder.type, name=holder.name or holder.id, id=holder.id, since=claim.asked,
        flow_run=None if flow_run is None else flow_run.name,
    )  # fmt: skip


def _task_run(session: Session, holder: SlotHolder) -> TaskRun | None:
    row = session.row("task_run_read", id=holder.id) if holder.type == "task-run" else None
    return None if row is None else task_run_out(row)


def _is_within(session: Session, holder: SlotHolder, run: FlowRun) -> bool:
    if holder.id == run.id:
        return True
    task = _task_run(session, holder)
    return task is not None and task.flow_run_id == run.id


HANDLERS = dict((pair(w.FLOW_RUN_WAITS, of_flow_run), pair(w.TASK_RUN_WAITS, of_task_run)))
