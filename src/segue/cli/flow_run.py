"""`segue flow-run`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.flow_run_facts import Facts, gather
from segue.cli.flow_run_report import report
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present, state_facts
from segue.cli.logs import Wanted, level_of, over_for, within
from segue.cli.logs import show as show_logs
from segue.cli.many import Telling, act, meant
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ParameterOption,
    ReasonOption,
    SinceOption,
    StateOption,
    YesOption,
    parameters,
)
from segue.cli.record import because, complete_flow_run, flow_run, opened
from segue.cli.selecting import flow_run_counter, flow_runs, selection
from segue.cli.stopping import cancel as stop
from segue.cli.words import ago, duration
from segue.host import clock
from segue.model.runs import FlowRun
from segue.model.states import FINAL_KINDS, STATE_TYPES, Cancelling, Paused
from segue.wire.bulk import FLOW_RUNS_CANCEL, FLOW_RUNS_DELETE, CancelMany, Many
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.queries import LogQuery, RunFilter
from segue.wire.requests import ById

app = noun("Runs of flows: list, inspect, watch, retry, cancel, resume.")

Run = Annotated[
    str, typer.Argument(help="Id, part of an id, or name.", metavar="RUN", autocompletion=complete_flow_run)
]
SomeRuns = Annotated[
    list[str] | None, typer.Argument(help="Ids or names.", metavar="[RUN...]", autocompletion=complete_flow_run)
]
#: States in which there is something to be cancelled.
_OPEN = sorted(set(STATE_TYPES) - FINAL_KINDS - {Cancelling.kind})

FLOW_RUNS: Kind[FlowRun] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("FLOW", stretches=True), Column("STATE"), Column("WHEN"), Column("TOOK", right=True),
        Column("ID", spare=True),
    ),
    cells=lambda run: (
        Cell(run.name, "strong"),
        Cell(run.flow_name),
        Cell(run.state.name, run.state.kind),
        Cell(ago(run.start_time or run.created, clock.now())),
        Cell(duration(run.total_run_time) if run.start_time is not None else ""),
        Cell(run.id, "faint"),
    ),
    facts=lambda run: {
        "id": run.id,
        "name": run.name,
        "state": state_facts(run.state.kind, run.state.name),
        "flow_id": run.flow_id,
        "flow_name": run.flow_name,
        "created": run.created,
        "start_time": run.start_time,
        "end_time": run.end_time,
        "total_run_time": run.total_run_time,
        "run_count": run.run_count,
        "parent_flow_run_id": run.parent_flow_run_id,
        "tags": run.tags,
    },
    none_yet="Nothing ran here yet. Call a function with @flow on it, or type `segue run FILE.py:FUNCTION`.",
    none_fits="No flow run fits. `segue flow-run ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List flow runs, newest first; subflows are among them.

    For example:

        segue flow-run ls --state Failed --since 1d
    """
    backend, chosen = opened(), selection(state, flow, since)
    asked = Asked(limit, count, output, narrowed=chosen.narrowed)
    present(FLOW_RUNS, flow_runs(backend, chosen), asked, total=flow_run_counter(backend, chosen))


@app.command("inspect")
def inspect(run: Run, output: OutputOption = Output.TABLE) -> None:
    """Show what happened in a flow run: state, who and why, parameters, what failed, what it waits for.

    For example:

        segue flow-run inspect amber-lynx
    """
    backend = opened()
    facts = gather(backend, flow_run(backend, run))
    if output is Output.JSON:
        typer.echo(as_json(_as_facts(facts)))
        return
    from segue.cli.tables import print_lines  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    print_lines(report(facts, clock.now()))


def _as_facts(facts: Facts) -> dict[str, object]:
    return {
        **msgspec.to_builtins(facts.run),
        "states": [msgspec.to_builtins(row.state) for row in facts.history],
        "task_runs": facts.task_runs,
        "subflows": [
            {"id": sub.id, "name": sub.name, "state": state_facts(sub.state.kind, sub.state.name)}
            for sub in facts.subflows
        ],
        "failed_task_runs": [
            {"id": task.id, "name": task.name, "state": msgspec.to_builtins(task.state)} for task in facts.failed
        ],
        "process": msgspec.to_builtins(facts.holder) if facts.holder is not None else None,
        "waits_for": [msgspec.to_builtins(gate) for gate in facts.gates],
        "input_schema": next((gate.schema for gate in facts.gates if gate.schema is not None), None),
        "log_lines": facts.logs,
    }  # fmt: skip


@app.command("logs")
def logs(
    run: Run,
    head: Annotated[int | None, typer.Option("--head", metavar="N", min=1, help="Only the first lines.")] = None,
    tail: Annotated[int | None, typer.Option("--tail", metavar="N", min=1, help="Only the last lines.")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", "-r", help="Newest first.")] = False,
    level: Annotated[str | None, typer.Option("--level", help="Only this level and above.")] = None,
    follow_: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until the run ends.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Print the log lines of a flow run, of its tasks and of its subflows.

    For example:

        segue flow-run logs amber-lynx --tail 20 --level WARNING
    """
    backend = opened()
    found = flow_run(backend, run)
    query = LogQuery(flow_run_ids=[each.id for each in within(backend, found)])
    wanted = Wanted(head=head, tail=tail, reverse=reverse, level=level_of(level), follow=follow_, output=output)
    show_logs(backend, query, wanted, over_for(backend, lambda: backend.call(FLOW_RUN_READ, ById(found.id))))


@app.command("watch")
def watch(
    run: Run,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="Give up after so long.")
    ] = None,
) -> None:
    """Watch a flow run until it ends; exits 0 when it is Completed.

    For example:

        segue flow-run watch amber-lynx && echo done
    """
    from segue.cli.watching import watch as follow  # noqa: PLC0415 - a door: only this command draws while it waits

    backend = opened()
    found = flow_run(backend, run, prefer=lambda each: not each.state.final)
    raise typer.Exit(follow(backend, found, timeout))


@app.command("retry")
def retry(run: Run, reason: ReasonOption = None) -> None:
    """Run a flow run again, here and now, with its recorded parameters; exits 0 when it is Completed.

    The same run gets another attempt. A durable flow goes on after its last finished step.

    For example:

        segue flow-run retry amber-lynx
    """
    from segue.cli.retrying import retry as again  # noqa: PLC0415 - a door: only this command runs flows

    backend = opened()
    because(reason)
    raise typer.Exit(again(backend, flow_run(backend, run)))


@app.command("cancel")
def cancel(
    run: SomeRuns = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    reason: Annotated[
        str | None, typer.Option("--reason", "--message", "-m", metavar="WORDS", help="Why; kept with the change.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Kill the run's process, that one alone.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the run has ended.")] = False,
    yes: YesOption = False,
) -> None:
    """Ask flow runs to stop, by name or by what fits; each is Cancelled once its process has stopped.

    For example:

        segue flow-run cancel amber-lynx --reason "wrong day" --wait
        segue flow-run cancel --flow etl --since 1h --yes
    """
    backend, chosen = opened(), selection(state, flow, since)
    if run and len(run) == 1 and not chosen.narrowed:
        found = flow_run(backend, run[0], prefer=lambda each: not each.state.final)
        raise typer.Exit(stop(backend, found, why=reason, force=force, wait=wait))
    if force or wait:
        raise Fault("--force and --wait are for one run, by name.", Exit.USAGE)

    def asked(where: RunFilter, dry_run: bool) -> CancelMany:
        if where.ids is None and where.state_types is None:
            where = msgspec.structs.replace(where, state_types=_OPEN)
        return CancelMany(where=where, message=reason, dry_run=dry_run)

    told = Telling("Cancel", lambda each: f"Flow run {each.name} is {(each.state or '').capitalize()}.")
    raise typer.Exit(act(backend, FLOW_RUNS_CANCEL, meant(backend, run, chosen), asked, told, yes=yes))


@app.command("resume")
def resume(
    run: Run,
    param: ParameterOption = None,
    input: Annotated[str | None, typer.Option("--input", metavar="JSON", help="The whole answer, as JSON.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Let a paused flow run go on, with the input it asked for.

    For example:

        segue flow-run resume amber-lynx -p approved=true
    """
    from segue.cli.resuming import resume as go_on  # noqa: PLC0415 - a door: only this command needs the client

    backend = opened()
    found = flow_run(backend, run, prefer=lambda each: isinstance(each.state, Paused))
    because(reason)
    go_on(found, parameters(param, input))


@app.command("delete")
def delete(
    run: SomeRuns = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    yes: YesOption = False,
) -> None:
    """Delete flow runs, by name or by what fits, with their task runs, subflows and logs; artifacts stay.

    For example:

        segue flow-run delete amber-lynx --yes
        segue flow-run delete --state Failed --flow etl --since 7d
    """
    backend = opened()

    def asked(where: RunFilter, dry_run: bool) -> Many:
        return Many(where=where, dry_run=dry_run)

    told = Telling("Delete", lambda each: f"Deleted flow run {each.name}.")
    filters = meant(backend, run, selection(state, flow, since))
    raise typer.Exit(act(backend, FLOW_RUNS_DELETE, filters, asked, told, yes=yes))
