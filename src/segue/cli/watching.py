"""Watching a flow run until it ends: each change as a line, and on a terminal what runs right now below them."""

from __future__ import annotations

import time

from rich.live import Live
from rich.text import Text

from segue.backend.protocol import Backend
from segue.backend.reaper import Reaper
from segue.cli.cells import Cell
from segue.cli.failures import failure_lines, who
from segue.cli.faults import Exit
from segue.cli.flow_run_facts import Facts, culprit, gather
from segue.cli.flow_run_report import task_words
from segue.cli.tables import LOOKS, console, print_lines
from segue.cli.words import duration, typed
from segue.host import clock
from segue.model.runs import FlowRun
from segue.model.states import Completed, Crashed, Failed
from segue.wire.operations import FLOW_RUN_HISTORY, FLOW_RUN_READ, TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById

#: Seconds between two looks.
LOOK = 0.25
#: Task runs named as running.
_NAMED = 4


def watch(backend: Backend, run: FlowRun, timeout: float | None) -> Exit:
    """Show a run until it has ended or the time is up; returns the exit code."""
    deadline = None if timeout is None else clock.monotonic() + timeout
    # What was before somebody began to watch is told by `inspect`.
    told = {row.state.id for row in backend.call(FLOW_RUN_HISTORY, ById(run.id)).items[:-1]}
    out, reaper = console(), Reaper(backend)
    with Live(console=out, refresh_per_second=8, transient=True, auto_refresh=out.is_terminal) as live:
        while True:
            now = backend.call(FLOW_RUN_READ, ById(run.id))
            for line in _news(backend, run, told):
                out.print(line, soft_wrap=True)
            if now.state.final:
                break
            if deadline is not None and clock.monotonic() >= deadline:
                live.update(Text(""))
                out.print(f"Flow run {run.name} is still {now.state.name} after {timeout:g} s.")
                return Exit.FAILED
            if out.is_terminal:
                live.update(_present(backend, now))
            time.sleep(LOOK)
            reaper.look()
        live.update(Text(""))
    _say_end(gather(backend, now))
    return Exit.DONE if isinstance(now.state, Completed) else Exit.FAILED


def _news(backend: Backend, run: FlowRun, told: set[str]) -> list[Text]:
    lines = []
    for row in backend.call(FLOW_RUN_HISTORY, ById(run.id)).items:
        if row.state.id in told:
            continue
        told.add(row.state.id)
        state, by = row.state, who(row.state.actor)
        line = Text(f"{state.timestamp.astimezone():%H:%M:%S}  {run.name}  ")
        line.append(state.name, style=LOOKS[state.kind])
        line.append(f"  by {by}" if by else "")
        lines.append(line)
    return lines


def _present(backend: Backend, run: FlowRun) -> Text:
    where = RunFilter(flow_run_ids=[run.id], state_types=["RUNNING"])
    running = backend.call(TASK_RUN_LIST, RunQuery(where=where, limit=_NAMED + 1, sort="-created")).items
    names = ", ".join(task.name for task in running[:_NAMED]) + (", …" if len(running) > _NAMED else "")
    since = run.start_time or run.created
    line = Text("          ")
    line.append(run.state.name, style=LOOKS[run.state.kind])
    line.append(f" for {duration((clock.now() - since).total_seconds())}")
    line.append(f"  {names}" if names else "", style=LOOKS["faint"])
    return line


def _say_end(facts: Facts) -> None:
    run = facts.run
    counts = ", ".join(f"{many:,} {kind.lower()}" for kind, many in facts.task_runs.items())
    lines: list[tuple[Cell, ...]] = [
        (
            Cell(f"Flow run {run.name} ended as "), Cell(run.state.name, run.state.kind),
            Cell(f" after {duration(run.total_run_time)}"), Cell(f"; task runs: {counts}" if counts else ""),
        )
    ]  # fmt: skip
    if isinstance(run.state, Failed | Crashed):
        task = culprit(facts)
        lines += failure_lines(task_words(task), task.state) if task is not None else failure_lines("it", run.state)
        lines.append((Cell(f"  next segue flow-run inspect {typed(run.name)}"),))
    print_lines(lines)
