"""Pruning: rows past their keep time, deleted a slice at a time.

A slice is one transaction that others wait for, so it must be short however large the tables are: it deletes of one kind, and
finds what is old through an index or at the beginning of a table that is appended to, never by reading all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from segue.decide.signing_in import FORGIVEN, IDLE
from segue.service.edits import delete_flow_runs, delete_task_runs
from segue.store.codec import json_text, micros
from segue.store.session import Session
from segue.wire.discarded import REMEMBERED
from segue.wire.requests import Prune, Pruned, PrunedSlice

#: Rows that one slice looks at or deletes at most; runs weigh more than lines.
LINES, TASK_RUNS, FLOW_RUNS = 1_000, 250, 50
#: Up to which number the history was pruned; what was left below is the present state of a run, and goes with it.
_CURSOR = "states-pruned"


def prune(session: Session, request: Prune) -> PrunedSlice:
    """Delete one slice of what is older than its keep time; asked again until there is no more."""
    now = session.now()
    kinds: list[tuple[timedelta | None, Callable[[Session, datetime], Pruned | None]]] = [
        (request.logs, _logs),
        (request.events, _states),
        (request.task_runs, _task_runs),
        (request.flow_runs, _flow_runs),
        (request.artifacts, _artifacts),
        (request.flow_runs, _firings),
        (request.events, _of_automations),
        (request.events, _deliveries),
    ]
    for keep, kind in kinds:
        deleted = kind(session, now - keep) if keep is not None else None
        if deleted is not None:
            return PrunedSlice(deleted=deleted, more=True)
    _forget_doors(session, now)
    forgotten = session.run("discarded_forget", before=micros(now - REMEMBERED), limit=LINES)
    return PrunedSlice(more=forgotten == LINES)


def _forget_doors(session: Session, now: datetime) -> None:
    """Delete what opens nothing any more: tokens of runs that are forgotten, sign-ins, codes and counted failures that are over."""
    session.run("run_tokens_forget")
    session.run("sign_ins_old_delete", now=micros(now), idle=micros(now - IDLE))
    session.run("login_codes_old_delete", now=micros(now))
    session.run("attempts_old_delete", before=micros(now - FORGIVEN))


def prunable(session: Session, request: Prune) -> Pruned:
    """Count what pruning would delete now; reads all there is, and changes nothing."""
    now = session.now()

    def count(name: str, keep: timedelta | None, **params: int | str) -> int:
        row = session.row(name, before=micros(now - keep), **params) if keep is not None else None
        return int(row[0] or 0) if row is not None else 0

    return Pruned(
        logs=count("logs_old", request.logs),
        events=count("states_old", request.events, after=_cursor(session)),
        task_runs=count("task_runs_old", request.task_runs),
        flow_runs=count("flow_runs_old", request.flow_runs),
        artifacts=count("artifacts_old", request.artifacts),
    )


# Each deletes one slice and says what that was; None: nothing of this kind is left.


def _logs(session: Session, before: datetime) -> Pruned | None:
    deleted = session.run("logs_delete_to", before=micros(before), limit=LINES)
    return Pruned(logs=deleted) if deleted else None


def _states(session: Session, before: datetime) -> Pruned | None:
    """Rows are numbered as they came, which is nearly as they occurred: those before the first that is young are old."""
    after, until = _cursor(session), micros(before)
    row = session.row("states_window", after=after, before=until, limit=LINES)
    last, first_young = (int(cell) if cell is not None else None for cell in row) if row else (None, None)
    if last is None:
        return None
    deleted = session.run("states_delete_to", after=after, last=last, before=until)
    reached = last if first_young is None else first_young - 1
    if reached > after:
        session.run("meta_put", key=_CURSOR, value=str(reached))
    return Pruned(events=deleted) if deleted or reached > after else None


def _task_runs(session: Session, before: datetime) -> Pruned | None:
    ids = _ids(session, "task_runs_old_ids", before=micros(before), made=_id_before(before), limit=TASK_RUNS)
    delete_task_runs(session, ids)
    return Pruned(task_runs=len(ids)) if ids else None


def _flow_runs(session: Session, before: datetime) -> Pruned | None:
    """A run may hold any number of task runs and lines: they go first."""
    ids = _ids(session, "flow_runs_old_ids", before=micros(before), limit=FLOW_RUNS)
    if not ids:
        return None
    tasks = _ids(session, "task_runs_of_flow_runs", ids=json_text(ids), limit=TASK_RUNS)
    if tasks:
        delete_task_runs(session, tasks)
        return Pruned(task_runs=len(tasks))
    lines = session.run("logs_of_flow_runs_delete_some", ids=json_text(ids), limit=LINES)
    if lines:
        return Pruned(logs=lines)
    delete_flow_runs(session, ids)
    return Pruned(flow_runs=len(ids))


def _artifacts(session: Session, before: datetime) -> Pruned | None:
    deleted = session.run("artifacts_delete_to", before=micros(before), limit=LINES)
    return Pruned(artifacts=deleted) if deleted else None


def _firings(session: Session, before: datetime) -> Pruned | None:
    """What became of the instants of schedules is kept as long as their runs."""
    deleted = session.run("firings_delete_to", before=micros(before), limit=LINES)
    return Pruned() if deleted else None


def _of_automations(session: Session, before: datetime) -> Pruned | None:
    """That automations fired is kept as long as what they fired by; what is still to be done about it stays."""
    ids = _ids(session, "automation_firings_old", before=micros(before), limit=LINES)
    if not ids:
        return None
    session.run("automation_actions_of_delete", ids=json_text(ids))
    session.run("automation_firings_delete", ids=json_text(ids))
    return Pruned()


def _deliveries(session: Session, before: datetime) -> Pruned | None:
    deleted = session.run("deliveries_delete_to", before=micros(before), limit=LINES)
    return Pruned() if deleted else None


def _ids(session: Session, name: str, **params: int | str) -> list[str]:
    return [str(row[0]) for row in session.rows(name, **params)]


def _cursor(session: Session) -> int:
    row = session.row("meta_read", key=_CURSOR)
    return int(row[0] or 0) if row is not None else 0


def _id_before(at: datetime) -> str:
    """Return where ids made at an instant begin: ids carry the milliseconds at which they were made, and sort by them."""
    milliseconds = f"{micros(at) // 1_000:012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}"
