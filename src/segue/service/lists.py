"""Lists of runs, flows and logs: what their filters mean."""

from __future__ import annotations

from segue.store.codec import Row, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.rows import flow_out, flow_run_out, log_out, task_run_out
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire.queries import Count, FlowQuery, FlowRuns, Flows, LogQuery, Logs, RunFilter, RunQuery, TaskRuns

_FLOW_RUN_SORTS = {
    "created": "r.created",
    "start_time": "r.start_time",
    "end_time": "r.end_time",
    "name": "r.name",
    "expected_start_time": "r.expected_start_time",
    "id": "r.id",
}
# Ids rise with the time of making, and the primary key orders by them.
_TASK_RUN_SORTS = {
    "created": "r.id",
    "start_time": "r.start_time",
    "end_time": "r.end_time",
    "name": "r.name",
    "id": "r.id",
}
_RUN_NULLABLE = frozenset({"start_time", "end_time", "expected_start_time"})

#: Columns of the select statements from which cursors are made.
_FLOW_RUN_CELLS = {"created": 4, "start_time": 19, "end_time": 20, "name": 3, "expected_start_time": 18, "id": 0}
_TASK_RUN_CELLS = {"created": 0, "start_time": 14, "end_time": 15, "name": 1, "id": 0}


def flow_runs(session: Session, request: RunQuery) -> FlowRuns:
    """Return a page of flow runs."""
    where = flow_run_where(session, request.where)
    sort = Sort(request.sort, _FLOW_RUN_SORTS, "r.id", nullable=_RUN_NULLABLE)
    sort.beyond(where, request.after)
    source = flow_run_source(request.where)
    rows, more = page(session, statement("flow_run_select"), where, sort, request.limit, request.offset, source=source)
    cell = _FLOW_RUN_CELLS[sort.word]
    return FlowRuns(items=[flow_run_out(row) for row in rows], next=_next(rows, cell, more=more))


def count_flow_runs(session: Session, request: RunFilter) -> Count:
    """Count flow runs."""
    return Count(count(session, flow_run_source(request), flow_run_where(session, request)))


def task_runs(session: Session, request: RunQuery) -> TaskRuns:
    """Return a page of task runs."""
    where = task_run_where(session, request.where)
    sort = Sort(request.sort, _TASK_RUN_SORTS, "r.id", nullable=_RUN_NULLABLE)
    sort.beyond(where, request.after)
    source = task_run_source(request.where)
    rows, more = page(session, statement("task_run_select"), where, sort, request.limit, request.offset, source=source)
    cell = _TASK_RUN_CELLS[sort.word]
    return TaskRuns(items=[task_run_out(row) for row in rows], next=_next(rows, cell, more=more))


def count_task_runs(session: Session, request: RunFilter) -> Count:
    """Count task runs."""
    return Count(count(session, task_run_source(request), task_run_where(session, request)))


def flows(session: Session, request: FlowQuery) -> Flows:
    """Return a page of flows."""
    where = _flow_where(session, request)
    sort = Sort(request.sort, {"created": "created", "name": "name", "id": "id"}, "id")
    sort.beyond(where, request.after)
    rows, more = page(session, "SELECT id, name, created, tags FROM flow", where, sort, request.limit, request.offset)
    cell = {"created": 2, "name": 1, "id": 0}[sort.word]
    return Flows(items=[flow_out(row) for row in rows], next=_next(rows, cell, more=more))


def count_flows(session: Session, request: FlowQuery) -> Count:
    """Count flows."""
    return Count(count(session, "flow", _flow_where(session, request)))


def logs(session: Session, request: LogQuery) -> Logs:
    """Return a page of log lines."""
    where = _log_where(session, request)
    sort = Sort(request.sort, {"timestamp": "timestamp", "id": "id"}, "id", numbered=True)
    sort.beyond(where, request.after)
    select = "SELECT id, timestamp, level, name, message, flow_run_id, task_run_id FROM log"
    rows, more = page(session, select, where, sort, request.limit, request.offset)
    cell = {"timestamp": 1, "id": 0}[sort.word]
    return Logs(items=[log_out(row) for row in rows], next=_next(rows, cell, more=more))


def count_logs(session: Session, request: LogQuery) -> Count:
    """Count log lines."""
    return Count(count(session, "log", _log_where(session, request)))


def _next(rows: list[Row], cell: int, *, more: bool, id: int = 0) -> str | None:
    if not more:
        return None
    last = rows[-1]
    key = last[id]
    return encode_cursor(last[cell], key if isinstance(key, int) else str(key))


def flow_run_source(f: RunFilter) -> str:
    """Return the FROM clause that a filter of flow runs needs."""
    return "flow_run AS r" if f.flow_names is None else "flow_run AS r JOIN flow AS f ON f.id = r.flow_id"


def task_run_source(f: RunFilter) -> str:
    """Return the FROM clause that a filter of task runs needs."""
    plain = f.task_keys is None and f.task_names is None
    return "task_run AS r" if plain else "task_run AS r JOIN task AS t ON t.n = r.task_n"


def flow_run_where(session: Session, f: RunFilter) -> Where:
    """Return the conditions of a filter of flow runs."""
    where = Where(session.dialect)
    _run_conditions(where, f)
    where.among("r.flow_id", f.flow_ids)
    where.among("f.name", f.flow_names)
    where.among("r.parent_flow_run_id", f.flow_run_ids)
    where.among("r.idempotency_key", f.idempotency_keys)
    if f.top_level is not None:
        where.add(f"r.parent_flow_run_id IS {'' if f.top_level else 'NOT '}NULL")
    return where


def task_run_where(session: Session, f: RunFilter) -> Where:
    """Return the conditions of a filter of task runs."""
    where = Where(session.dialect)
    _run_conditions(where, f)
    where.among("r.flow_run_id", f.flow_run_ids)
    _under_leases(where, f.lease_ids)
    where.among("t.task_key", f.task_keys)
    where.among("t.name", f.task_names)
    where.among("r.step", f.steps)
    if f.with_step is not None:
        where.add(f"r.step IS {'NOT ' if f.with_step else ''}NULL")
    where.among("r.cache ->> 'key'", f.cache_keys)
    if f.top_level is not None:
        where.add(f"r.parent_task_run_id IS {'' if f.top_level else 'NOT '}NULL")
    if f.flow_ids is not None or f.flow_names is not None:
        inner = Where(session.dialect)
        inner.params = where.params
        inner.among("p.flow_id", f.flow_ids)
        inner.among("q.name", f.flow_names)
        source = "SELECT p.id FROM flow_run AS p JOIN flow AS q ON q.id = p.flow_id"
        where.add(f"r.flow_run_id IN ({source}{inner.sql()})")
    return where


def _under_leases(where: Where, leases: list[str] | None) -> None:
    """A task run says which lease it is under only where that is not its flow run's: the lease of a top-level run is its id."""
    if leases is None:
        return
    ids = ", ".join(where.hold(lease) for lease in leases) or "NULL"
    roots = f"SELECT id FROM flow_run WHERE id IN ({ids})"  # noqa: S608 - placeholders only
    children = "SELECT c.id FROM flow_run AS c JOIN below ON c.parent_flow_run_id = below.id"
    below = f"WITH RECURSIVE below (id) AS ({roots} UNION ALL {children}) SELECT id FROM below"  # noqa: S608 - the same
    where.add(f"(r.lease_id IN ({ids}) OR r.flow_run_id IN ({below}))")


def _run_conditions(where: Where, f: RunFilter) -> None:
    where.among("r.id", f.ids)
    if f.id_or_name is not None:
        either = [f"r.id = {where.hold(f.id_or_name)}", f"r.name = {where.hold(f.id_or_name)}"]
        if len(f.id_or_name) >= 8 and set(f.id_or_name) <= set("0123456789abcdef-"):
            low, high = where.hold(f.id_or_name), where.hold(f.id_or_name + "g")
            either.append(f"(r.id >= {low} AND r.id < {high})")
        where.add(f"({' OR '.join(either)})")
    where.among("r.name", f.names)
    where.like("r.name", f.name_like)
    where.among("r.parent_task_run_id", f.parent_task_run_ids)
    where.among("r.state_type", f.state_types)
    where.among("r.state_name", f.state_names)
    where.among("r.state_type", f.not_state_types, negate=True)
    where.tags("r.tags", every=f.tags_all, some=f.tags_any)
    for column, earliest, latest in (
        ("r.start_time", f.started_after, f.started_before),
        ("r.created", f.created_after, f.created_before),
        ("r.end_time", f.ended_after, f.ended_before),
    ):
        where.compare(column, ">=", micros_or_none(earliest))
        where.compare(column, "<=", micros_or_none(latest))


def _flow_where(session: Session, f: FlowQuery) -> Where:
    where = Where(session.dialect)
    where.among("id", f.ids)
    where.among("name", f.names)
    where.like("name", f.name_like)
    where.tags("tags", every=f.tags_all)
    where.compare("created", ">=", micros_or_none(f.created_after))
    return where


def _log_where(session: Session, f: LogQuery) -> Where:
    where = Where(session.dialect)
    where.among("flow_run_id", f.flow_run_ids)
    where.among("task_run_id", f.task_run_ids)
    where.compare("level", ">=", f.level_from)
    where.compare("level", "<=", f.level_to)
    where.compare("timestamp", ">=", micros_or_none(f.after_time))
    where.compare("timestamp", "<=", micros_or_none(f.before_time))
    where.contains("message", f.text)
    where.compare("id", ">", f.after_id)
    return where
