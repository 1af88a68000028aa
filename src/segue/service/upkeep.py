"""Upkeep: runs whose process is gone, and what the store knows of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from segue.decide.lost import lost_state
from segue.decide.restarts import AFTER_LEASE
from segue.model.runs import FlowRun
from segue.model.states import Paused, Pending, Scheduled, State
from segue.service import task_runs
from segue.service.flow_runs import close_children, enter, find, history_of, read
from segue.service.leases import LeaseRow, all_open
from segue.store.codec import instant, micros
from segue.store.rows import task_run_out
from segue.store.session import Session
from segue.wire.requests import FULL_LEASE, ById, Nothing, Reap, Reaped, Stats

_TABLES = ("flow", "flow_run", "task_run", "state_row", "log", "artifact", "variable", "run_input", "lease")

_LAST_WORDS = timedelta(days=1)
#: Kinds of leases under which background runs are: what is lost with them is taken up by others.
_OF_WORKERS = frozenset({"task-worker", "task-run"})


def reap(session: Session, request: Reap) -> Reaped:
    """Close runs whose holder is gone: proven dead, or expired and not proven alive."""
    now = session.now()
    dead = set(request.dead)
    unseen = set(request.unseen) if request.serving_for >= FULL_LEASE else set()
    flow_ids: list[str] = []
    task_ids: list[str] = []
    for lease in all_open(session):
        expired = lease.id in unseen and _end_of(lease) <= now
        proven = (lease.id, lease.fence) in dead
        if proven or expired:
            _close_lease(session, lease, now, flow_ids, task_ids, until=None if proven else instant(lease.expires))
    return Reaped(flow_runs=flow_ids, task_runs=task_ids)


def _end_of(lease: LeaseRow) -> datetime:
    """Return until when a holder out of sight may be heard of.

    One that goes on although its run was closed renews nothing any more; it has a day to tell how its tasks ended. A task worker
    stops what it runs before its lease ends, and what it ran is taken up as long after.
    """
    if lease.ended is not None:
        return instant(lease.ended) + _LAST_WORDS
    return instant(lease.expires) + (AFTER_LEASE if lease.kind in _OF_WORKERS else timedelta())


def _close_lease(
    session: Session,
    lease: LeaseRow,
    now: datetime,
    flow_ids: list[str],
    task_ids: list[str],
    *,
    until: datetime | None,
) -> None:
    """Close what hangs on a lease; `until`: nobody has seen that its process is gone, and it ended then."""
    host, pid = lease.holder.host, lease.holder.pid
    run = find(session, lease.id) if lease.kind == "flow-run" else None
    if run is not None and _is_let_go(run.state):
        # Its process died between suspending it and letting it go: whoever resumes it has it started again.
        pass
    elif run is not None and not run.state.final:
        state = lost_state(run.state, pid=pid, host=host, now=now, id=session.new_id(), unbegun=_unbegun(session, run))
        enter(session, run, [state])
        if state.final:
            close_children(session, run, state)
            flow_ids.append(run.id)
            _begin_again(session, run, state, until)
    elif run is not None:
        # Closed before; what was told of since and has not ended ends with it.
        close_children(session, run, run.state)
    open_tasks = [task_run_out(row) for row in session.rows("task_runs_open_under", lease_id=lease.id)]
    if lease.kind in _OF_WORKERS:
        # The door: most processes are no task workers.
        from segue.service.background import put_back  # noqa: PLC0415

        open_tasks = put_back(session, lease, open_tasks)
    moves = [(t, lost_state(t.state, pid=pid, host=host, now=now, id=session.new_id())) for t in open_tasks]
    task_runs.enter(session, moves)
    task_ids.extend(task.id for task in open_tasks)
    session.run("lease_end", id=lease.id, now=micros(now))


def _begin_again(session: Session, run: FlowRun, state: State, until: datetime | None) -> None:
    if run.deployment_id is not None:
        # The door: only what workers start is begun again by itself.
        from segue.service.restarts import begun_again  # noqa: PLC0415

        passed = [each.state for each in history_of(session, run.id)]
        again = begun_again(session, run.id, state, passed, lease_until=until)
        if again is not None:
            enter(session, read(session, ById(run.id)), [again])


def _is_let_go(state: State) -> bool:
    """Say whether a run was suspended, and perhaps resumed: it waits for no process that is there now."""
    match state:
        case Paused(reschedule=True):
            return True
        case Scheduled(name=name):
            return name != "AwaitingRetry"
        case _:
            return False


def _unbegun(session: Session, run: FlowRun) -> int | None:
    """Return how often workers have claimed a run of which none has started any code; None where that is not so."""
    row = session.row("flow_run_worker", id=run.id)
    if row is None or row[0] is None or not isinstance(run.state, Pending):
        return None
    return sum(1 for each in history_of(session, run.id) if isinstance(each.state, Pending))


def stats(session: Session, request: Nothing) -> Stats:
    """Return what the store knows of itself."""
    rows = {}
    for table in _TABLES:
        found = session.select(f"SELECT count(*) FROM {table}", {})  # noqa: S608
        rows[table] = int(found[0][0] or 0)
    states = session.select("SELECT state_type, count(*) FROM flow_run GROUP BY state_type", {})
    return Stats(
        backend=session.dialect,
        schema_version=session.schema_version(),
        rows=rows,
        open_leases=len(all_open(session)),
        flow_runs_by_state={str(kind): int(many or 0) for kind, many in states},
    )
