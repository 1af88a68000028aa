"""Applying a batch of records: coalesced in memory, then one statement for each table it touches.

Forty thousand records a second leave a record two or three microseconds here, so a batch becomes lists of column values
(the layouts are those of the bulk statements in `store/sql`) that SQLite and PostgreSQL take apart themselves. What was
made within the batch is inserted in its final form; what existed before is updated once with its last facts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias, cast

from segue.model import sizes
from segue.model.events import Event
from segue.model.records import (
    ArtifactMade,
    EventTold,
    LogLine,
    Record,
    SubflowMade,
    SubflowMoved,
    TaskRunMade,
    TaskRunMoved,
)
from segue.model.states import FINAL_KINDS, State
from segue.service.limits import clipped, fits
from segue.store.bulk import Rows
from segue.store.codec import Cell, json_text, micros, micros_or_none, state_body, state_name
from segue.store.session import Session, Writer

#: The values of one row, in the order of a bulk statement.
Values: TypeAlias = list[object]

#: What a row of the feed is about: a state of a run, or an event of its own.
FLOW_RUN, TASK_RUN, EVENT = 0, 1, 2
#: What stands as the name of an event's row that is never pruned.
CHANGE = "change"


class StateRows:
    """The rows of the history that one transaction adds; numbers are relative until `write` takes real ones."""

    def __init__(self) -> None:
        self.rows: list[Values] = []
        self._last: dict[str, int] = {}

    def add(self, subject: int, run_id: str, state: State, *, first: bool = False) -> int:
        """Add a state of a run after its last one, here or stored; return its relative number, from 1."""
        seq = len(self.rows) + 1
        before = self._last.get(run_id)
        self._last[run_id] = seq
        self.rows.append(
            [
                seq,
                0 if first and before is None else before,
                subject,
                run_id,
                state.kind,
                state_name(state),
                micros(state.timestamp),
                state.id,
                state_body(state),
            ]
        )
        return seq

    @property
    def last(self) -> tuple[Cell, ...]:
        """The columns of the last state that was added, as they are read: type, id, name, instant, body."""
        *_, kind, name, at, id, body = self.rows[-1]
        return cast("tuple[Cell, ...]", (kind, id, name, at, None if body is None else json_text(body)))

    def tell(self, event: Event, *, kept: bool = False) -> None:
        """Add an event of its own; one that the feed has already is passed over when the rows are written.

        `kept`: it is a change that the record itself tells of, and stays when events are pruned.
        """
        fits("The event", event, sizes.EVENT)
        body = {
            "resource": event.resource,
            "related": event.related or None,
            "payload": event.payload or None,
            "actor": event.actor,
            "reason": event.reason,
            "follows": event.follows,
        }
        resource = event.resource["segue.resource.id"]
        seq, at = len(self.rows) + 1, micros(event.occurred)
        self.rows.append([seq, 0, EVENT, resource, event.event, CHANGE if kept else None, at, event.id, body])

    def write(self, session: Session, ready: Rows | None = None) -> int:
        """Insert the rows and return the number before the first; nothing may have pointed the runs to them yet."""
        if not self.rows:
            return 0
        return session.append_states(Rows(self.rows) if ready is None else ready)


def log_values(line: LogLine) -> Values:
    """Return the row of a log line."""
    return [
        micros(line.timestamp), line.level, line.name, clipped(line.message, sizes.LOG_LINE), line.flow_run_id,
        line.task_run_id,
    ]  # fmt: skip


class BatchRows:
    """What a batch comes to: rows to insert and to update, table by table.

    `take` and `encode` need no database, so they are done before this process takes its turn at it.
    """

    def __init__(self, lease_id: str, fence: int) -> None:
        self.lease_id = lease_id
        self.fence = fence
        self.count = 0
        self.states = StateRows()
        self.tasks: dict[tuple[str, str, str], int] = {}
        self.tasks_made: dict[str, Values] = {}
        self.tasks_moved: dict[str, Values] = {}
        self.flows: dict[str, Values] = {}
        self.subflows_made: dict[str, Values] = {}
        self.subflows_moved: dict[str, Values] = {}
        self.logs: list[Values] = []
        self.artifacts: dict[str, Values] = {}
        self.children: list[Values] = []
        self._rows: dict[str, Rows] = {}

    def take(self, records: Sequence[Record]) -> None:
        """Take records in their order."""
        self.count += len(records)
        for record in records:
            match record:
                case TaskRunMoved():
                    self._task_moved(record)
                case TaskRunMade():
                    self._task_made(record)
                case LogLine():
                    self._log(record)
                case SubflowMoved():
                    self._subflow_moved(record)
                case SubflowMade():
                    self._subflow_made(record)
                case ArtifactMade():
                    self._artifact(record)
                case EventTold(event=event):
                    self.states.tell(event)

    def encode(self) -> None:
        """Turn the rows into what the bulk statements take."""
        tables: dict[str, Collection[Values]] = {
            "states": self.states.rows,
            "task_runs_insert": self.tasks_made.values(),
            "task_runs_update": self.tasks_moved.values(),
            "flows_intern": self.flows.values(),
            "flow_runs_insert": self.subflows_made.values(),
            "flow_runs_update": self.subflows_moved.values(),
            "task_runs_adopt": self.children,
            "logs_insert": self.logs,
            "artifacts_upsert": self.artifacts.values(),
        }
        self._rows = {name: Rows(list(rows)) for name, rows in tables.items() if rows}

    def write_at_once(self, session: Writer, *, before: int, last: int) -> bool:
        """Write everything in one statement and commit it, if the database and the batch are such; else do nothing."""
        known = [session.memory.get(task) for task in self.tasks]
        if None in known:
            return False
        states = len(self.states.rows)
        return session.append_at_once(self.lease_id, self.fence, before, last, states, self._rows, json_text(known))

    def write(self, session: Session) -> None:
        """Write everything; the order of the statements matters, because new states look up the ones before them."""
        ready = self._rows
        if "logs_insert" in ready and not self.states.rows:
            # Lines get their numbers in the order of commits, so that no reader's cursor skips one.
            session.order()
        base = self.states.write(session, ready.get("states"))
        if (rows := ready.get("task_runs_insert")) is not None:
            tasks = json_text([intern_task(session, *task) for task in self.tasks])
            session.put("task_runs_insert", rows, base=base, lease_id=self.lease_id, tasks=tasks)
        if (rows := ready.get("task_runs_update")) is not None:
            session.put("task_runs_update", rows, base=base)
        if (rows := ready.get("flow_runs_insert")) is not None:
            session.put("flows_intern", ready["flows_intern"])
            session.put("flow_runs_insert", rows, base=base)
        if (rows := ready.get("flow_runs_update")) is not None:
            session.put("flow_runs_update", rows, base=base)
        for name in ("task_runs_adopt", "logs_insert", "artifacts_upsert"):
            if (rows := ready.get(name)) is not None:
                session.put(name, rows)

    def _task_made(self, record: TaskRunMade) -> None:
        state = record.state
        self.tasks_made[record.id] = [
            record.id,
            record.flow_run_id,
            self.tasks.setdefault((record.task_key, record.task_name, record.entrypoint or ""), len(self.tasks)),
            clipped(record.name, sizes.NAME),
            self.states.add(TASK_RUN, record.id, state, first=True),
            state.kind,
            state.name,
            micros(state.timestamp),
            None,
            None,
            None,
            0,
            record.dynamic_key,
            record.tags or None,
            record.upstream or None,
            None,
            record.step,
            None,
            record.parent_task_run_id,
            record.terms and json_text(record.terms),
        ]

    def _task_moved(self, record: TaskRunMoved) -> None:
        state = record.state
        id, kind = record.id, state.kind
        seq = self.states.add(TASK_RUN, id, state)
        row = self.tasks_made.get(id)
        if row is not None:
            row[4], row[5], row[6] = seq, kind, state.name
            if record.start_time is not None:
                row[8] = micros(record.start_time)
            row[9] = micros(record.end_time or state.timestamp) if kind in FINAL_KINDS else None
            if record.total_run_time:
                row[10] = record.total_run_time
            if record.run_count:
                row[11] = record.run_count
            # Rare facts: most moves have none of them.
            if record.name is not None:
                row[3] = clipped(record.name, sizes.NAME)
            if record.upstream is not None:
                row[14] = record.upstream
            if record.cache is not None:
                row[15] = record.cache
            if record.step is not None:
                row[16] = record.step
            if record.inputs_ref is not None:
                row[17] = record.inputs_ref
            return
        old = self.tasks_moved.get(id)
        new: Values = [
            id,
            seq,
            kind,
            state.name,
            micros_or_none(record.start_time),
            micros(record.end_time or state.timestamp) if kind in FINAL_KINDS else None,
            record.total_run_time or None,
            record.run_count,
            record.cache,
            record.inputs_ref,
            record.name,
            record.upstream,
            record.step,
        ]
        if old is not None:
            keep_known(old, new, skip=5)
        self.tasks_moved[id] = new

    def _subflow_made(self, record: SubflowMade) -> None:
        state, at = record.state, micros(record.state.timestamp)
        fits("The parameters", record.parameters, sizes.PARAMETERS)
        self.flows.setdefault(record.flow_name, [record.flow_id or record.id, record.flow_name, at])
        self.subflows_made[record.id] = [
            record.id,
            record.flow_name,
            clipped(record.name, sizes.NAME),
            self.states.add(FLOW_RUN, record.id, state, first=True),
            state.kind,
            state.name,
            at,
            at,
            self.lease_id,
            self.fence,
            record.parent_task_run_id,
            record.parent_flow_run_id,
            record.root_flow_run_id,
            record.flow_version,
            record.entrypoint,
            record.parameters or None,
            record.tags or None,
            int(record.durable),
            0,
            at,
            None,
            None,
            0.0,
            None,
            None,
            None,
            record.terms and json_text(record.terms),
        ]
        if record.parent_task_run_id is not None:
            self.children.append([record.parent_task_run_id, record.id])

    def _subflow_moved(self, record: SubflowMoved) -> None:
        state = record.state
        seq = self.states.add(FLOW_RUN, record.id, state)
        at = micros(state.timestamp)
        end = micros(record.end_time or state.timestamp) if state.kind in FINAL_KINDS else None
        row = self.subflows_made.get(record.id)
        if row is not None:
            row[3], row[4], row[5], row[7] = seq, state.kind, state.name, at
            row[18] = record.run_count or row[18]
            row[20] = micros_or_none(record.start_time) or row[20]
            row[21] = end
            row[22] = record.total_run_time or row[22]
            return
        old = self.subflows_moved.get(record.id)
        new: Values = [
            record.id,
            seq,
            state.kind,
            state.name,
            at,
            record.run_count,
            micros_or_none(record.start_time),
            end,
            record.total_run_time or None,
            # When it is due: it has begun.
            None,
        ]
        if old is not None:
            keep_known(old, new, skip=7)
        self.subflows_moved[record.id] = new

    def _log(self, record: LogLine) -> None:
        self.logs.append(log_values(record))

    def _artifact(self, record: ArtifactMade) -> None:
        fits("The artifact", record.data, sizes.ARTIFACT)
        old = self.artifacts.get(record.id)
        at = micros(record.timestamp)
        self.artifacts[record.id] = [
            record.id,
            record.type,
            record.key,
            record.description if record.description is not None or old is None else old[3],
            record.data,
            at if old is None else old[5],
            at,
            record.flow_run_id,
            record.task_run_id,
        ]


def keep_known(old: Values, new: Values, *, skip: int) -> None:
    """Fill what the newer facts leave open from the older ones; column `skip` follows the state and is never kept."""
    for at, value in enumerate(new):
        if at != skip and (value is None or value == 0):
            new[at] = old[at]


def intern_task(session: Session, task_key: str, name: str, entrypoint: str) -> int:
    """Return the number under which this task is known."""
    key = (task_key, name, entrypoint)
    known = session.memory.get(key)
    if known is None:
        row = session.row("task_intern", task_key=task_key, name=name, entrypoint=entrypoint)
        known = session.memory[key] = int(row[0] or 0) if row else 0
    return known
