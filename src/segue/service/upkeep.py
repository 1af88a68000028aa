"""Upkeep: runs whose process is gone, rows older than their keep time, what the store knows of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from segue.decide.lost import lost_state
from segue.service import task_runs
from segue.service.edits import delete_flow_runs, delete_task_runs
from segue.service.flow_runs import close_children, enter, find
from segue.service.leases import LeaseRow, all_open
from segue.store.codec import micros
from segue.store.rows import task_run_out
from segue.store.session import Session
from segue.wire.requests import Nothing, Prune, Pruned, Reap, Reaped, Stats

#: Seconds for which a reaper must have been able to serve before it reaps by expiry: one full lease.
_FULL_LEASE = 30.0
#: Rows of each kind that one pruning transaction deletes; runs weigh more than lines.
SLICE = 2_000
_TABLES = ("flow", "flow_run", "task_run", "state_row", "log", "artifact", "variable", "run_input", "lease")


def reap(session: Session, request: Reap) -> Reaped:
    """Close runs whose holder is gone: proven dead, or expired and not proven alive."""
    now = session.now()
    dead = set(request.dead)
    alive = set(request.alive)
    flow_ids: list[str] = []
    task_ids: list[str] = []
    for lease in all_open(session):
        expired = lease.expires <= micros(now) and lease.id not in alive and request.serving_for >= _FULL_LEASE
        if (lease.id, lease.fence) not in dead and not expired:
            continue
        _close_lease(session, lease, now, flow_ids, task_ids)
    return Reaped(flow_runs=flow_ids, task_runs=task_ids)


def _close_lease(session: Session, lease: LeaseRow, now: datetime, flow_ids: list[str], task_ids: list[str]) -> None:
    host, pid = lease.holder.host, lease.holder.pid
    run = find(session, lease.id) if lease.kind == "flow-run" else None
    if run is not None and not run.state.final:
        state = lost_state(run.state, pid=pid, host=host, now=now, id=session.new_id())
        enter(session, run, [state])
        close_children(session, run, state)
        flow_ids.append(run.id)
    open_tasks = [task_run_out(row) for row in session.rows("task_runs_open_under", lease_id=lease.id)]
    moves = [(t, lost_state(t.state, pid=pid, host=host, now=now, id=session.new_id())) for t in open_tasks]
    task_runs.enter(session, moves)
    task_ids.extend(task.id for task in open_tasks)
    session.run("lease_end", id=lease.id, now=micros(now))


def prune(session: Session, request: Prune) -> Pruned:
    """Delete one slice of what is older than its keep time; asked again until nothing is left."""
    now = session.now()
    limit = 1_000_000_000 if request.dry_run else SLICE
    found = {
        "logs": _old(session, "logs_old", now, request.logs, limit),
        "artifacts": _old(session, "artifacts_old", now, request.artifacts, limit),
        "task_runs": _old(session, "task_runs_old", now, request.task_runs, limit),
        "flow_runs": _old(session, "flow_runs_old", now, request.flow_runs, limit),
        "events": _old(session, "states_old", now, request.events, limit),
    }
    if not request.dry_run:
        if found["logs"]:
            session.run("logs_delete_to", before=_before(now, request.logs), limit=limit)
        if found["artifacts"]:
            session.run("artifacts_delete_to", before=_before(now, request.artifacts), limit=limit)
        if found["events"]:
            session.run("states_delete_to", before=_before(now, request.events), limit=limit)
        if found["task_runs"]:
            delete_task_runs(session, _ids(session, "task_runs_old_ids", now, request.task_runs, limit))
        if found["flow_runs"]:
            delete_flow_runs(session, _ids(session, "flow_runs_old_ids", now, request.flow_runs, limit))
    return Pruned(**found)


def _before(now: datetime, keep: timedelta | None) -> int:
    return 0 if keep is None else micros(now - keep)


def _old(session: Session, name: str, now: datetime, keep: timedelta | None, limit: int) -> int:
    if keep is None:
        return 0
    row = session.row(name, before=_before(now, keep), limit=limit)
    return int(row[0] or 0) if row else 0


def _ids(session: Session, name: str, now: datetime, keep: timedelta | None, limit: int) -> list[str]:
    return [str(row[0]) for row in session.rows(name, before=_before(now, keep), limit=limit)]


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
