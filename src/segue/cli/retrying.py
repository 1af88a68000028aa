"""Running a recorded flow run again: what will be reused is said first, and where nobody else begins it, it runs here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import typer
from msgspec import Struct

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.cli.foreground import end
from segue.cli.listing import as_json
from segue.cli.many import Telling, act
from segue.cli.options import Output
from segue.cli.record import newest
from segue.cli.words import typed
from segue.flows import Flow, rerun
from segue.loading import load_flow
from segue.model.redoing import START
from segue.model.runs import FlowRun
from segue.wire.bulk import FLOW_RUNS_RETRY, RetryMany
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.redoing import RETRY_PREVIEW, RetryChoice, RetryPreview, RetryStep

#: Task runs that are named; of the others it is said how many there are.
_NAMED = 10


class From(Struct, frozen=True):
    """From where somebody wants a run to be done again: from what failed, unless told otherwise."""

    start: bool = False
    #: A task run as it was typed.
    task: str | None = None


class Retry(Struct, frozen=True):
    """One run to be run again, and from where."""

    backend: Backend
    run: FlowRun
    choice: RetryChoice

    def say(self, output: Output) -> None:
        """Say which outcomes are reused and which calls are made again."""
        found = self.backend.call(RETRY_PREVIEW, self.choice)
        if output is Output.JSON:
            typer.echo(as_json({"flow_run": self.run.id, "name": self.run.name, **_facts(found)}))
            return
        for line in _lines(found):
            typer.echo(line, err=True)

    def loaded(self) -> Flow[Any, Any]:
        """Return its flow, from where its code is recorded; raises `Fault`."""
        run = self.run
        if run.entrypoint is None:
            raise Fault(
                f"Flow run {run.name} was not started from a file, so its code cannot be found again.",
                Exit.REFUSED,
                hint="Call the flow from where it was called before.",
            )
        return load_flow(run.entrypoint, name=run.flow_name)

    def here(self, flow: Flow[Any, Any]) -> Exit:
        """Run it in this process, under its own id; returns the exit code."""
        run = self.run
        typer.echo(f"Flow run {run.name}: attempt {run.run_count + 1}", err=True)
        redo_from = START if self.choice.from_start else self.choice.from_task_run
        state = rerun(flow, run.id, dict(run.parameters), redo_from=redo_from)
        self.backend.flush()
        return end(self.backend, state, run.id)


def chosen(backend: Backend, run: FlowRun, asked: From) -> Retry:
    """Return what is to be done; raises `Fault` for a run that cannot be run again, and for a task run that it does not have."""
    if run.parent_flow_run_id is not None and run.deployment_id is None:
        raise Fault(
            f"Flow run {run.name} is a subflow: its parent calls it.",
            Exit.REFUSED,
            hint=f"Retry the parent: segue flow-run retry {run.root_flow_run_id or run.parent_flow_run_id}",
        )
    if not run.state.final:
        raise Fault(
            f"Flow run {run.name} has not ended: it is {run.state.name}.",
            Exit.REFUSED,
            hint=f"To see it end: segue flow-run watch {typed(run.name)}. If its machine is gone: segue flow-run close-lost",
        )
    task = None if asked.task is None else _task_run(backend, run, asked.task)
    return Retry(backend, run, RetryChoice(id=run.id, from_start=asked.start, from_task_run=task))


def _task_run(backend: Backend, run: FlowRun, given: str) -> str:
    where = RunFilter(id_or_name=given, lease_ids=[run.lease_id or run.id])
    found = backend.call(TASK_RUN_LIST, RunQuery(where=where)).items
    if not found:
        raise Fault(
            f"Flow run {run.name} has no task run {given!r}.",
            Exit.NOT_FOUND,
            hint=f"`segue flow-run retry {typed(run.name)} --dry-run` names those of its last attempt.",
        )
    return newest("task run", given, found).id


def _facts(found: RetryPreview) -> dict[str, object]:
    return {
        "reused_count": found.reused_count, "reused": found.reused, "again_count": found.again_count, "again": found.again,
        "looked_at": found.looked_at,
    }  # fmt: skip


def _lines(found: RetryPreview) -> list[str]:
    if not found.reused_count and not found.again_count:
        return ["Reused from before: nothing, for it had no tasks."]
    lines = [f"Reused from before: {_names(found.reused, found.reused_count)}"]
    if found.looked_at is not None:
        lines.insert(0, f"It has many task runs. Of the newest {found.looked_at:,}:")
    if found.again_count:
        lines.append(f"Runs again: {_names(found.again, found.again_count)}")
    return lines


def _names(steps: Sequence[RetryStep], count: int) -> str:
    if not count:
        return "nothing"
    named = steps[:_NAMED]
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return ", ".join(step.name for step in named) + more


def one(
    backend: Backend,
    run: FlowRun,
    asked: From,
    *,
    here: bool,
    dry_run: bool,
    output: Output,
    hand_over: Callable[[Retry], Exit],
) -> Exit:
    """Say what will be reused, then run it here, or hand it over to whoever takes runs of its deployment."""
    retry = chosen(backend, run, asked)
    flow = retry.loaded() if here and not dry_run else None
    retry.say(output)
    if dry_run:
        return Exit.DONE
    return hand_over(retry) if flow is None else retry.here(flow)


def hand_over(backend: Backend, filters: Sequence[RunFilter], many: RetryMany, *, yes: bool, quiet: bool) -> Exit:
    """Let runs of deployments wait to run again, by default those that are Failed or Crashed; `many` says how."""

    def asked(where: RunFilter, dry_run: bool) -> RetryMany:
        if where.ids is None and where.state_types is None:
            where = msgspec.structs.replace(where, state_types=["CRASHED", "FAILED"])
        return msgspec.structs.replace(many, where=where, dry_run=dry_run)

    told = Telling("Retry", lambda each: f"Flow run {each.name} waits to run again.")
    return act(backend, FLOW_RUNS_RETRY, filters, asked, told, yes=yes, quiet=quiet)
