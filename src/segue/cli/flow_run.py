"""`segue flow-run`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from segue.cli.faults import Exit, Fault
from segue.cli.flow_run_facts import Facts, gather
from segue.cli.flow_run_report import report
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present, state_facts
from segue.cli.logs import Wanted, level_of, over_for, within
from segue.cli.logs import show as show_logs
from segue.cli.many import Telling, act, meant, rehearsed
from segue.cli.options import (
    CountOption,
    FlowOption,
    FollowOption,
    HeadOption,
    LevelOption,
    LimitOption,
    Output,
    OutputOption,
    ParameterOption,
    ReasonOption,
    ReverseOption,
    SinceOption,
    StateOption,
    TailOption,
    YesOption,
    parameters,
)
from segue.cli.record import because, complete_flow_run, flow_run, opened, opened_and_closed
from segue.cli.run_rows import run_cells, run_columns, run_facts
from segue.cli.selecting import flow_run_counter, flow_runs, selection
from segue.cli.stopping import cancel as stop
from segue.cli.words import plural
from segue.host import clock
from segue.model.runs import FlowRun
from segue.model.states import FINAL_KINDS, STATE_TYPES, Cancelling, Paused
from segue.wire.bulk import FLOW_RUNS_CANCEL, FLOW_RUNS_DELETE, CancelMany, Many, RetryMany
from segue.wire.discarded import Doomed
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
    columns=run_columns("FLOW"),
    cells=lambda run: run_cells(run, run.flow_name),
    facts=lambda run: run_facts(
        run, flow_id=run.flow_id, flow_name=run.flow_name, parent_flow_run_id=run.parent_flow_run_id
    ),
    none_yet="Nothing ran here yet. Call a function with @flow on it, or type `segue run FILE.py:FUNCTION`.",
    none_fits="No flow run fits. `segue flow-run ls` lists all of them.",
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


@app.command("why")
def why(run: Run, output: OutputOption = Output.TABLE) -> None:
    """Say why a flow run does not run: every gate before it that is shut, and who keeps it shut.

    For example:

        segue flow-run why amber-lynx
    """
    from segue.cli.why import why as say  # noqa: PLC0415 - a door: only this command asks

    backend = opened()
    say(backend, flow_run(backend, run, prefer=lambda each: not each.state.final), output)


@app.command("logs")
def logs(
    run: Run,
    head: HeadOption = None,
    tail: TailOption = None,
    reverse: ReverseOption = False,
    level: LevelOption = None,
    follow_: FollowOption = False,
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
def retry(
    run: SomeRuns = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    from_task: Annotated[
        str | None,
        typer.Option("--from", metavar="TASK_RUN", help="Do again that task run and all that began with or after it."),
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Reuse nothing of what was done before.")] = False,
    here: Annotated[bool, typer.Option("--here", help="Run it in this terminal, though a deployment made it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be reused.")] = False,
    reason: ReasonOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run flow runs again, as the same runs with their recorded parameters; what of one run is reused is said first.

    A run goes on from what failed: a durable flow reuses every finished step, any other flow the results that its tasks kept. With
    --from it goes on from one of its task runs, whatever came of that, and reuses what began before; with --from-start it
    reuses nothing. Should it crash, the next retry reuses what this one did, and never what this one was told to do again.

    A run of a deployment waits for whoever takes the deployment's runs. Any other run is named by itself, and runs here and now:
    exits 0 when it is Completed. Without --state, runs that are Failed or Crashed are meant.

    For example:

        segue flow-run retry amber-lynx
        segue flow-run retry amber-lynx --from clean-0 --dry-run
        segue flow-run retry --flow etl --since 1d --from-start --reason "the disk was full"
    """
    from segue.cli import retrying  # noqa: PLC0415 - a door: only this command runs flows

    asked_from = retrying.From(start=from_start, task=from_task)
    if from_start and from_task is not None:
        raise Fault("--from and --from-start exclude each other.", Exit.USAGE)
    backend, chosen = opened(), selection(state, flow, since)
    because(reason)
    alone = flow_run(backend, run[0]) if run and len(run) == 1 and not chosen.narrowed else None
    for option, given in (("--here", here), ("--from", from_task is not None), ("--dry-run", dry_run)):
        if given and alone is None:
            raise Fault(f"{option} is for one run, by name.", Exit.USAGE)

    def again(filters: list[RunFilter], task: str | None = None) -> Exit:
        many = RetryMany(where=RunFilter(), message=reason, from_start=from_start, from_task_run=task)
        return retrying.hand_over(backend, filters, many, yes=yes or alone is not None, quiet=output is Output.JSON)

    if alone is None:
        raise typer.Exit(again(meant(backend, run, chosen)))
    raise typer.Exit(
        retrying.one(
            backend, alone, asked_from, here=here or alone.deployment_id is None, dry_run=dry_run, output=output,
            hand_over=lambda each: again([RunFilter(ids=[alone.id])], each.choice.from_task_run),
        )
    )  # fmt: skip


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


@app.command("close-lost")
def close_lost(output: OutputOption = Output.TABLE) -> None:
    """Close the runs of processes that are gone, those of other machines too.

    What died on this machine is closed by every command that looks. A process of another machine cannot be seen from here, so
    this waits up to 30 seconds for it to renew its lease, and closes its runs when it does not. A server, a task worker and every
    flow that runs for longer do the same by themselves.

    For example:

        segue flow-run close-lost && segue flow-run retry amber-lynx
    """
    from segue.cli.closing_lost import close_lost as close  # noqa: PLC0415 - a door: only this command waits for other machines

    backend, closed = opened_and_closed()
    close(backend, closed.flow_runs, output)


@app.command("delete")
def delete(
    run: SomeRuns = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since: SinceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    reason: ReasonOption = None,
    yes: YesOption = False,
) -> None:
    """Delete flow runs, by name or by what fits, with task runs, subflows, logs, and the files they kept here; artifacts stay.

    For example:

        segue flow-run delete amber-lynx --yes
        segue flow-run delete --state Failed --flow etl --since 7d --reason "a test of ours"
    """
    from segue.cli import swept  # noqa: PLC0415 - a door: only this command deletes files

    backend = opened()
    because(reason)

    def asked(where: RunFilter, dry_run: bool) -> Many:
        return Many(where=where, dry_run=dry_run)

    filters = meant(backend, run, selection(state, flow, since))
    if dry_run:
        would = [each for each in rehearsed(backend, FLOW_RUNS_DELETE, filters, asked) if each.done]
        files = swept.counted(swept.doomed(backend, Doomed(flow_runs=[each.id for each in would])))
        typer.echo(f"Would delete {plural(len(would), 'flow run')}{f' and {files}' if files else ''}.")
        return
    told = Telling("Delete", lambda each: f"Deleted flow run {each.name}.")
    ended = act(backend, FLOW_RUNS_DELETE, filters, asked, told, yes=yes)
    swept.tell(swept.sweep(backend))
    raise typer.Exit(ended)
