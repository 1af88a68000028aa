"""Lists of runs, flows and logs: what their filters mean."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from segue.model.errors import BadRequest
from segue.store.codec import Row, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.rows import flow_out, flow_run_out, log_out, task_run_out
from segue.store.searching import count_up_to, search
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire.queries import (
    Count,
    FlowQuery,
    FlowRuns,
    Flows,
    LastRuns,
    LogQuery,
    Logs,
    RunFilter,
    RunQuery,
    TaskRuns,
)

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
_LOG_SORTS = {"timestamp": "timestamp", "id": "id"}
_RUN_NULLABLE = frozenset({"start_time", "end_time", "expected_start_time"})

#: Ids of task runs rise with the time of making, by the clock of whoever made them.
SLACK = timedelta(minutes=5)

#: Columns of the select statements from which cursors are made.
_FLOW_RUN_CELLS = {"created": 4, "start_time": 19, "end_time": 20, "name": 3, "expected_start_time": 18, "id": 0}
_TASK_RUN_CELLS = {"created": 0, "start_time": 14, "end_time": 15, "name": 1, "id": 0}


def flow_runs(session: Session, request: RunQuery) -> FlowRuns:
    """Return a page of flow runs."""
    where = flow_run_where(session, request.where)
    sort = Sort(request.sort, _FLOW_RUN_SORTS, "r.id", nullable=_RUN_NULLABLE)
    sort.beyond(where, request.after)
    source = flow_run_source(request.where)
    select, limit, offset = statement("flow_run_select"), request.limit, request.offset
    rows, after = search(session, select, source, where, sort, limit, offset, cells=_FLOW_RUN_CELLS)
    return FlowRuns(items=[flow_run_out(row) for row in rows], next=after)


def count_flow_runs(session: Session, request: RunFilter) -> Count:
    """Count flow runs."""
    newest = Sort("-created", _FLOW_RUN_SORTS, "r.id")
    return _many(session, flow_run_source(request), flow_run_where(session, request), request.at_most, newest)


def task_runs(session: Session, request: RunQuery) -> TaskRuns:
    """Return a page of task runs."""
    where = task_run_where(session, request.where)
    sort = Sort(request.sort, _TASK_RUN_SORTS, "r.id", nullable=_RUN_NULLABLE)
    sort.beyond(where, request.after)
    source, joins = "task_run AS r", _task_joins(request.where)
    select, limit, offset = statement("task_run_select"), request.limit, request.offset
    rows, after = search(session, select, source, where, sort, limit, offset, cells=_TASK_RUN_CELLS, joins=joins)
    return TaskRuns(items=[task_run_out(row) for row in rows], next=after)


def count_task_runs(session: Session, request: RunFilter) -> Count:
    """Count task runs."""
    where, newest = task_run_where(session, request), Sort("-created", _TASK_RUN_SORTS, "r.id")
    return _many(session, "task_run AS r", where, request.at_most, newest, _task_joins(request))


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


def last_runs(session: Session, request: LastRuns) -> FlowRuns:
    """Return the newest run of each of some flows, in the order of the flows' ids; none for a flow that has none."""
    flows = Where(session.dialect)
    flows.among("f.id", request.ids)
    newest = "SELECT n.id FROM flow_run AS n WHERE n.flow_id = f.id ORDER BY n.created DESC, n.id DESC LIMIT 1"
    ids = f"SELECT ({newest}) FROM flow AS f{flows.sql()}"  # noqa: S608 - placeholders only
    rows = session.select(f"{statement('flow_run_select')} WHERE r.id IN ({ids}) ORDER BY r.flow_id", flows.params)
    return FlowRuns(items=[flow_run_out(row) for row in rows], next=None)


def logs(session: Session, request: LogQuery) -> Logs:
    """Return a page of log lines."""
    where = _log_where(session, request)
    sort = Sort(request.sort, _LOG_SORTS, "id", numbered=True)
    sort.beyond(where, request.after)
    select = "SELECT id, timestamp, level, name, message, flow_run_id, task_run_id FROM log"
    cells = {"timestamp": 1, "id": 0}
    rows, after = search(session, select, "log", where, sort, request.limit, request.offset, cells=cells)
    return Logs(items=[log_out(row) for row in rows], next=after)


def count_logs(session: Session, request: LogQuery) -> Count:
    """Count log lines."""
    newest = Sort("-timestamp", _LOG_SORTS, "id", numbered=True)
    return _many(session, "log", _log_where(session, request), request.at_most, newest)


def _many(session: Session, source: str, where: Where, at_most: int | None, newest: Sort, joins: str = "") -> Count:
    if at_most is None:
        return Count(count(session, f"{source}{joins}", where))
    return Count(*count_up_to(session, source, where, at_most, newest, joins=joins))


def _next(rows: list[Row], cell: int, *, more: bool, id: int = 0) -> str | None:
    if not more:
        return None
    last = rows[-1]
    key = last[id]
    return encode_cursor(last[cell], key if isinstance(key, int) else str(key))


def flow_run_source(f: RunFilter) -> str:
    """Return the FROM clause that a filter of flow runs needs."""
    return "flow_run AS r"


def task_run_source(f: RunFilter) -> str:
    """Return the FROM clause that a filter of task runs needs."""
    return f"task_run AS r{_task_joins(f)}"


def _task_joins(f: RunFilter) -> str:
    return "" if f.task_keys is None and f.task_names is None else " JOIN task AS t ON t.n = r.task_n"


def flow_run_where(session: Session, f: RunFilter) -> Where:
    """Return the conditions of a filter of flow runs."""
    where = Where(session.dialect)
    _run_conditions(where, f)
    where.among("r.state_type", f.state_types, choice=True)
    where.among("r.state_name", f.state_names, choice=True)
    where.among("r.flow_id", f.flow_ids, choice=True)
    where.among("r.flow_id", _flows_named(session, f.flow_names), choice=True)
    where.among("r.deployment_id", f.deployment_ids, choice=True)
    where.among("r.work_queue_id", f.work_queue_ids, choice=True)
    if f.work_pool_names is not None or f.work_queue_names is not None:
        pools = Where(session.dialect)
        pools.params = where.params
        pools.among("p.name", f.work_pool_names)
        pools.among("q.name", f.work_queue_names)
        source = f"SELECT q.id FROM work_queue AS q JOIN work_pool AS p ON p.id = q.pool_id{pools.sql()}"  # noqa: S608
        where.may("r.work_queue_id", f"r.work_queue_id IN ({source})")
    where.among("r.parent_flow_run_id", f.flow_run_ids)
    where.among("r.idempotency_key", f.idempotency_keys)
    _text(where, f.text)
    _parameter(where, f.parameter)
    if f.top_level is not None:
        where.seek(f"r.parent_flow_run_id IS {'' if f.top_level else 'NOT '}NULL")
    for column, earliest, latest in _times(f):
        where.compare(column, ">=", micros_or_none(earliest), choice=True)
        where.compare(column, "<=", micros_or_none(latest), choice=True)
    where.compare("r.created", ">=", micros_or_none(f.created_after), choice=True)
    where.compare("r.created", "<=", micros_or_none(f.created_before), choice=True)
    if f.flow_run_ids is not None or f.idempotency_keys is not None or _is_narrow(f):
        where.narrowed()
    return where


def task_run_where(session: Session, f: RunFilter) -> Where:
    """Return the conditions of a filter of task runs."""
    where = Where(session.dialect)
    _run_conditions(where, f)
    _in_state(where, f.state_types)
    if f.state_names is not None:
        _seek_among(where, "r.state_name", f.state_names)
    where.among("r.flow_run_id", f.flow_run_ids)
    _under_leases(where, f.lease_ids)
    where.contains("r.name", f.text)
    if f.parameter is not None:
        raise BadRequest("Flow runs have parameters, task runs do not.", field="parameter", value=f.parameter)
    _seek_among(where, "t.task_key", f.task_keys)
    _seek_among(where, "t.name", f.task_names)
    _seek_among(where, "r.step", f.steps)
    if f.with_step is not None:
        where.seek(f"r.step IS {'NOT ' if f.with_step else ''}NULL")
    _seek_among(where, "r.cache ->> 'key'", f.cache_keys)
    if f.top_level is not None:
        where.seek(f"r.parent_task_run_id IS {'' if f.top_level else 'NOT '}NULL")
    if f.flow_ids is not None or f.flow_names is not None:
        inner = Where(session.dialect)
        inner.params = where.params
        inner.add("p.id = r.flow_run_id")
        inner.among("p.flow_id", f.flow_ids)
        inner.among("q.name", f.flow_names)
        where.seek(f"EXISTS (SELECT 1 FROM flow_run AS p JOIN flow AS q ON q.id = p.flow_id{inner.sql()})")  # noqa: S608
    _made(where, f)
    _ran(where, f)
    if f.flow_run_ids is not None or f.lease_ids is not None or _is_narrow(f):
        where.narrowed()
    return where


def _flows_named(session: Session, names: list[str] | None) -> list[str] | None:
    """Return the ids of flows: which flow it is decides how its runs are best found, so it has to be known beforehand."""
    if not names:
        return names
    flows = Where(session.dialect)
    flows.among("name", names)
    return [str(id) for (id,) in session.select(f"SELECT id FROM flow{flows.sql()}", flows.params)]  # noqa: S608 - placeholders only


def _text(where: Where, text: str | None) -> None:
    """Runs whose name, flow or state speaks of a text; the states lie elsewhere and are looked at last."""
    if text is None:
        return
    inner = Where(where.dialect)
    inner.params = where.params
    for column in ("r.name", "o.name", "s.body ->> 'message'"):
        inner.contains(column, text)
    named, of_flow, told = inner.sought
    flow = f"r.flow_id IN (SELECT o.id FROM flow AS o WHERE {of_flow})"  # noqa: S608 - placeholders only
    state = f"EXISTS (SELECT 1 FROM state_row AS s WHERE s.seq = r.state_seq AND {told})"  # noqa: S608 - the same
    where.seek(f"({named} OR {flow} OR {state})", looks_up=True)


def _parameter(where: Where, wanted: str | None) -> None:
    if wanted is None:
        return
    name, equals, value = (part.strip() for part in wanted.partition("="))
    key = f"CAST({where.hold(name)} AS TEXT)"
    if not equals:
        where.seek(f"r.parameters -> {key} IS NOT NULL")
        return
    # A text as it is read, anything else as it is written in JSON: what is not JSON can only be a text.
    held = where.hold(value)
    read, written = f"r.parameters ->> {key} = {held}", f"CAST(r.parameters -> {key} AS TEXT) = {held}"
    where.seek(f"({read} OR {written})" if _is_json(value) else read)


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def first_id(at: datetime) -> str:
    """Return the least id that could be made at an instant (the milliseconds since 1970 lead a UUIDv7)."""
    text = f"{max(0, micros(at) // 1000):012x}"
    return f"{text[:8]}-{text[8:12]}"


def _is_narrow(f: RunFilter) -> bool:
    """Say whether a filter names runs, so that there are few."""
    named = (f.ids, f.id_or_name, f.names, f.parent_task_run_ids)
    return any(each is not None for each in named)


def _seek_among(where: Where, column: str, values: list[str] | None) -> None:
    if values is not None:
        found = Where(where.dialect)
        found.params = where.params
        found.among(column, values)
        where.sought += found.parts


def _in_state(where: Where, kinds: list[str] | None) -> None:
    """Task runs in these states: almost all are Completed, so the others alone have an index."""
    if kinds is None or "COMPLETED" in kinds:
        _seek_among(where, "r.state_type", kinds)
        return
    where.among("r.state_type", kinds, choice=True)
    if kinds:
        where.may("r.state_type", "r.state_type <> 'COMPLETED'", ordered=len(kinds) == 1)


def _made(where: Where, f: RunFilter) -> None:
    """Task runs made in a range of time: ids begin with the time of making, by the clock of whoever made them."""
    for operator, at, slack in ((">=", f.created_after, -SLACK), ("<=", f.created_before, SLACK)):
        if at is not None:
            where.seek(f"r.created {operator} {where.hold(micros_or_none(at))}")
            where.compare("r.id", operator, first_id(at + slack))


def _ran(where: Where, f: RunFilter) -> None:
    """Task runs that began or ended in a range of time: no index knows them, and one would cost more than it is worth."""
    for column, earliest, latest in _times(f):
        for operator, at in ((">=", earliest), ("<=", latest)):
            if at is not None:
                where.seek(f"{column} {operator} {where.hold(micros(at))}")


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
    where.among("r.state_type", f.not_state_types, negate=True)
    where.tags("r.tags", every=f.tags_all, some=f.tags_any)


def _times(f: RunFilter) -> tuple[tuple[str, datetime | None, datetime | None], ...]:
    """Return when runs began and ended, of those that a filter asks for: column, earliest, latest."""
    return ("r.start_time", f.started_after, f.started_before), ("r.end_time", f.ended_after, f.ended_before)


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
    if f.level_from is not None:
        where.seek(f"level >= {where.hold(f.level_from)}")
    if f.level_to is not None:
        where.seek(f"level <= {where.hold(f.level_to)}")
    where.compare("timestamp", ">=", micros_or_none(f.after_time))
    where.compare("timestamp", "<=", micros_or_none(f.before_time))
    where.contains("message", f.text)
    if f.names is not None:
        marks = ", ".join(where.hold(name) for name in f.names) or "NULL"
        where.seek(f"name IN ({marks})")
    where.compare("id", ">", f.after_id)
    if f.flow_run_ids is not None or f.task_run_ids is not None:
        where.narrowed()
    return where
