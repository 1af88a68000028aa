"""`segue task-run`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.cells import Cell
from segue.cli.failures import Line, error_of, failure_lines, place
from segue.cli.flow_run_report import field, state_lines
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.logs import Wanted, level_of, over_for
from segue.cli.logs import show as show_logs
from segue.cli.options import (
    CountOption,
    FlowOption,
    FollowOption,
    HeadOption,
    LevelOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    ReverseOption,
    SinceOption,
    StateOption,
    TailOption,
)
from segue.cli.record import because, complete_task_run, opened, task_run
from segue.cli.run_rows import run_cells, run_columns, run_facts
from segue.cli.selecting import selection, task_run_counter, task_runs
from segue.cli.waiting import waiting_lines
from segue.cli.words import duration, instant
from segue.host import clock
from segue.model.runs import StateRow, TaskRun
from segue.model.waiting import Gate
from segue.wire.operations import FLOW_RUN_LIST, TASK_RUN_HISTORY, TASK_RUN_READ
from segue.wire.queries import LogQuery, RunFilter, RunQuery
from segue.wire.requests import ById
from segue.wire.waits import TASK_RUN_WAITS

app = noun("Runs of tasks: list, inspect, read logs, run one again.")

Run = Annotated[
    str,
    typer.Argument(help="Id, part of an id, name, or FLOW_RUN/NAME.", metavar="RUN", autocompletion=complete_task_run),
]

TASK_RUNS: Kind[TaskRun] = Kind(
    columns=run_columns("TASK"),
    cells=lambda run: run_cells(run, run.task_name),
    facts=lambda run: run_facts(run, task_name=run.task_name, task_key=run.task_key, flow_run_id=run.flow_run_id),
    none_yet="No task ran here yet. Put @task on a function that a flow calls.",
    none_fits="No task run fits. `segue task-run ls` lists all of them.",
)


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List task runs, newest first.

    For example:

        segue task-run ls --state Failed --flow etl
    """
    backend, chosen = opened(), selection(state, flow, since)
    asked = Asked(limit, count, output, narrowed=chosen.narrowed)
    present(TASK_RUNS, task_runs(backend, chosen), asked, total=task_run_counter(backend, chosen))


@app.command("inspect")
def inspect(run: Run, output: OutputOption = Output.TABLE) -> None:
    """Show what happened in a task run.

    For example:

        segue task-run inspect amber-lynx/load-0
    """
    backend = opened()
    found = task_run(backend, run)
    history = backend.call(TASK_RUN_HISTORY, ById(found.id)).items
    if output is Output.JSON:
        states = [msgspec.to_builtins(row.state) for row in history]
        waits = msgspec.to_builtins(_gates(backend, found))
        typer.echo(as_json({**msgspec.to_builtins(found), "states": states, "waits_for": waits}))
        return
    from segue.cli.tables import print_lines  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    print_lines(_report(backend, found, history, clock.now()))


def _gates(backend: Backend, run: TaskRun) -> list[Gate]:
    return [] if run.state.final else backend.call(TASK_RUN_WAITS, ById(run.id)).items


def _report(backend: Backend, run: TaskRun, history: list[StateRow], now: datetime) -> list[Line]:
    lines = [
        field("Task run", Cell(run.name, "strong"), Cell(f"  {run.id}", "faint")),
        field("Task", Cell(run.task_name), Cell(f"  {place(run.entrypoint)}" if run.entrypoint else "", "faint")),
        field("Flow run", Cell(_flow_run_name(backend, run))),
        *state_lines(run.state, now),
    ]
    if run.start_time is not None:
        attempts = f", attempt {run.run_count}" if run.run_count > 1 else ""
        lines.append(field("Started", Cell(f"{instant(run.start_time, now)}{attempts}")))
        lines.append(field("Ran for", Cell(duration(run.total_run_time))))
    workers = [str(row.state.details["worker"]) for row in history if "worker" in row.state.details]
    if workers:
        lines.append(field("Worker", Cell(workers[-1])))
    if run.tags:
        lines.append(field("Tags", Cell(", ".join(run.tags))))
    if run.cache is not None:
        lines.append(
            field("Cache", Cell("reused an earlier result" if run.cache.hit else "no earlier result was found"))
        )
    above = sorted({_name(backend, id) for ids in run.upstream.values() for id in ids})
    if above:
        lines.append(field("After", Cell(", ".join(above))))
    lines += waiting_lines(_gates(backend, run), now)
    if error_of(run.state) is not None:
        lines += [(Cell(""),), *failure_lines(f"task {run.task_name!r}", run.state)]
    lines.append((Cell(""),))
    for number, row in enumerate(history):
        when = f"{row.state.timestamp.astimezone():%H:%M:%S.%f}"[:-3]
        lines.append(field("" if number else "History", Cell(f"{when}  "), Cell(row.state.name, row.state.kind)))
    return [*lines, (Cell(""),), *_next(run)]


def _next(run: TaskRun) -> list[Line]:
    commands = [(f"segue task-run logs {run.id}", "what it logged")]
    if run.cache is not None and run.cache.key is not None:
        commands.append((f"segue cache explain {run.id}", "how its cache key came about"))
    if run.inputs_ref is not None:
        commands.insert(0, (f"segue task-run rerun {run.id}", "run it again with the same inputs"))
    width = max(len(command) for command, _ in commands)
    return [
        field("" if number else "Next", Cell(f"{command:<{width}}", "strong"), Cell(f"  {why}"))
        for number, (command, why) in enumerate(commands)
    ]


def _flow_run_name(backend: Backend, run: TaskRun) -> str:
    if run.flow_run_id is None:
        return "none: it ran outside any flow"
    found = backend.call(FLOW_RUN_LIST, RunQuery(where=RunFilter(ids=[run.flow_run_id]), limit=1)).items
    return f"{found[0].name} ({found[0].flow_name})" if found else run.flow_run_id


def _name(backend: Backend, id: str) -> str:
    return backend.call(TASK_RUN_READ, ById(id)).name


@app.command("logs")
def logs(
    run: Run,
    head: HeadOption = None,
    tail: TailOption = None,
    reverse: ReverseOption = False,
    level: LevelOption = None,
    follow: FollowOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Print the log lines of a task run.

    For example:

        segue task-run logs amber-lynx/load-0 --tail 20
    """
    backend = opened()
    found = task_run(backend, run)
    wanted = Wanted(head=head, tail=tail, reverse=reverse, level=level_of(level), follow=follow, output=output)
    query = LogQuery(task_run_ids=[found.id])
    show_logs(backend, query, wanted, over_for(backend, lambda: backend.call(TASK_RUN_READ, ById(found.id))))


@app.command("rerun")
def rerun(
    run: Run,
    pdb: Annotated[
        bool, typer.Option("--pdb", help="When it fails, open the debugger at the line that failed.")
    ] = False,
    reason: ReasonOption = None,
) -> None:
    """Run one recorded task again, here, with its recorded inputs; exits 0 when it is Completed.

    Inputs are kept for tasks with `@task(record_inputs=True)` and for those whose results are persisted. The run is a
    new one, outside any flow; it neither reads nor writes the cache.

    For example:

        segue task-run rerun amber-lynx/parse-1 --pdb
    """
    from segue.cli.rerunning import rerun as again  # noqa: PLC0415 - a door: only this command runs tasks

    backend = opened()
    because(reason)
    raise typer.Exit(again(task_run(backend, run), debug=pdb))
