"""What `flow-run inspect` tells a person: what happened, who did it, what is waited for, what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import assert_never

from segue.cli.cells import Cell
from segue.cli.failures import Line, error_of, failure_lines, place, who
from segue.cli.flow_run_facts import Facts, culprit
from segue.cli.waiting import waiting_lines
from segue.cli.words import ago, duration, instant, plural, short, typed
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import (
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
)

_EMPTY: Line = (Cell(""),)
#: Transitions that are shown; the first and the last tell most.
_SHOWN = 12


def report(facts: Facts, now: datetime) -> list[Line]:
    """Return the lines of the report."""
    run = facts.run
    lines: list[Line] = [
        field("Flow run", Cell(run.name, "strong"), Cell(f"  {run.id}", "faint")),
        field("Flow", Cell(run.flow_name), Cell(f"  {place(run.entrypoint)}" if run.entrypoint else "", "faint")),
        *state_lines(run.state, now),
        *_times(run, now),
        *_origin(facts),
        *_holder(facts),
    ]
    if run.tags:
        lines.append(field("Tags", Cell(", ".join(run.tags))))
    lines += [field("Parameters" if not i else "", Cell(line)) for i, line in enumerate(_parameters(run.parameters))]
    if facts.task_runs:
        counts = (Cell(f"{many:,} {kind.lower()}   ", kind) for kind, many in facts.task_runs.items())
        lines.append(field("Task runs", *counts))
    for place_, sub in enumerate(facts.subflows):
        title = "Subflows" if place_ == 0 else ""
        lines.append(field(title, Cell(f"{sub.name}  ({sub.flow_name})  "), Cell(sub.state.name, sub.state.kind)))
    lines.append(field("Log lines", Cell(f"{facts.logs:,}")))
    lines += [_EMPTY, *_what_failed(facts), *waiting_lines(facts.gates, now), *_history(facts), *_next(facts)]
    return lines


def field(title: str, *cells: Cell) -> Line:
    """Return a line with a title in front."""
    return (Cell(f"{title:<12}", "faint"), *cells)


def state_lines(state: State, now: datetime) -> list[Line]:
    """Say in which state a run is, since when, by whom and why."""
    by = who(state.actor)
    tail = f"  {ago(state.timestamp, now)}" + (f", by {by}" if by else "")
    lines = [field("State", Cell(state.name, state.kind), Cell(tail))]
    if state.message and error_of(state) is None:
        lines.append(field("", Cell(state.message)))
    return lines


def _times(run: FlowRun, now: datetime) -> Iterator[Line]:
    if run.start_time is not None:
        attempts = f", attempt {run.run_count}" if run.run_count > 1 else ""
        yield field("Started", Cell(f"{instant(run.start_time, now)}{attempts}"))
        open_for = 0.0
        if isinstance(run.state, Running):
            open_for = (now - run.state.timestamp).total_seconds()
        yield field("Ran for", Cell(duration(run.total_run_time + open_for)))
    elif run.expected_start_time is not None:
        yield field("Expected", Cell(instant(run.expected_start_time, now)))
    if run.end_time is not None:
        yield field("Ended", Cell(instant(run.end_time, now)))
    if run.late_outcome is not None:
        late = run.late_outcome
        yield field(
            "Later",
            Cell(f"its process said {late.name} after the run had been closed: {late.message or 'nothing more'}"),
        )


def _origin(facts: Facts) -> Iterator[Line]:
    run = facts.run
    by = who(run.created_by)
    if by:
        yield field("Made by", Cell(by))
    if run.parent_flow_run_id is not None:
        yield field("Subflow of", Cell(run.parent_flow_run_id))
    if run.durable:
        yield field("Durable", Cell("a retry goes on after the last finished step"))


def _holder(facts: Facts) -> Iterator[Line]:
    holder = facts.holder
    if holder is None:
        return
    seen = "" if facts.holder_lives else " (not seen from this machine)"
    yield field("Process", Cell(f"{holder.pid} on {holder.host}{seen}"))
    for place_, task in enumerate(facts.running[:5]):
        yield field("Running" if place_ == 0 else "", Cell(task.name, "RUNNING"))


def _parameters(parameters: Mapping[str, object]) -> list[str]:
    return [f"{name} = {short(value)}" for name, value in parameters.items()] or ["none"]


def _what_failed(facts: Facts) -> list[Line]:
    if not isinstance(facts.run.state, Failed | Crashed):
        return []
    task = culprit(facts)
    flows = error_of(facts.run.state)
    if task is not None and (error_of(task.state) is not None or flows is None):
        return [*failure_lines(task_words(task), task.state), _EMPTY]
    if flows is not None:
        return [*failure_lines(f"flow {facts.run.flow_name!r}", facts.run.state), _EMPTY]
    return []


def task_words(run: TaskRun) -> str:
    """Return how a task run is named to people."""
    return f"task {run.task_name!r} (run {run.name!r})"


# --- what was, what next --------------------------------------------------------------------------------------------


def _history(facts: Facts) -> list[Line]:
    rows = facts.history
    if len(rows) > _SHOWN:
        rows = rows[: _SHOWN // 2] + rows[-_SHOWN // 2 :]
    lines: list[Line] = []
    for number, row in enumerate(rows):
        state, by = row.state, who(row.state.actor)
        if number == _SHOWN // 2 and len(facts.history) > _SHOWN:
            lines.append((Cell(f"{'':<12}… {len(facts.history) - _SHOWN} more", "faint"),))
        when = f"{state.timestamp.astimezone():%H:%M:%S.%f}"[:-3]
        told = f"  by {by}" if by else ""
        lines.append(
            field("History" if number == 0 else "", Cell(f"{when}  "), Cell(state.name, state.kind), Cell(told))
        )
    return [*lines, _EMPTY]


def _next(facts: Facts) -> list[Line]:
    commands = list(_commands(facts))
    width = max(len(command) for command, _ in commands)
    return [
        field("Next" if n == 0 else "", Cell(f"{command:<{width}}", "strong"), Cell(f"  {why}"))
        for n, (command, why) in enumerate(commands)
    ]


def _commands(facts: Facts) -> Iterator[tuple[str, str]]:
    name = typed(facts.run.name)
    match facts.run.state:
        case Failed() | Crashed() | Cancelled():
            yield (
                f"segue flow-run retry {name}",
                "run it again" if not facts.run.durable else "go on after the last step",
            )
            task = culprit(facts)
            if task is not None and task.inputs_ref is not None:
                yield f"segue task-run rerun {task.id} --pdb", "run the failed task again, and look around"
        case Paused():
            answer = " -p KEY=VALUE" if any(gate.schema for gate in facts.gates) else ""
            yield f"segue flow-run resume {name}{answer}", "let it go on"
        case Cancelling():
            yield f"segue flow-run cancel {name} --force", "kill its process"
        case Running() | Pending() | Scheduled():
            if facts.holder is not None and facts.holder_lives is None:
                yield "segue flow-run close-lost", f"if {facts.holder.host} is gone"
            yield f"segue flow-run watch {name}", "see it end"
            yield f"segue flow-run cancel {name}", "stop it"
        case Completed():
            pass
        case never:
            assert_never(never)
    yield f"segue flow-run logs {name}", plural(facts.logs, "line")
