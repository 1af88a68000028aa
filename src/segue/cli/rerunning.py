"""Running one recorded task again with its recorded inputs, and looking around where it fails."""

from __future__ import annotations

import pdb  # noqa: T100 - `--pdb` asks for it

import typer

from segue.background import inputs_of
from segue.cache_policies import NO_CACHE
from segue.cli.failures import failure_lines
from segue.cli.faults import Exit, Fault
from segue.cli.tables import print_lines
from segue.cli.words import short
from segue.engine.drive_sync import settle
from segue.engine.failure import describe, user_traceback
from segue.engine.stamp import failed
from segue.exceptions import MissingResult
from segue.loading import load_task
from segue.model.runs import TaskRun
from segue.task_calls import call_task


def rerun(run: TaskRun, *, debug: bool) -> Exit:
    """Run the task again; returns the exit code."""
    if run.entrypoint is None:
        raise Fault(
            f"Task run {run.name} was not started from a file, so its code cannot be found again."
            if not run.task_key.startswith("flow:")
            else f"Task run {run.name} stands for a subflow; retry the flow run that it belongs to.",
            Exit.REFUSED,
        )
    if run.inputs_ref is None:
        raise Fault(
            f"The inputs of task run {run.name} were not kept.",
            Exit.REFUSED,
            hint=f"Put @task(record_inputs=True) on {run.task_name!r}, or persist its results, and run the flow again.",
        )
    task = load_task(run.entrypoint, name=run.task_name)
    try:
        inputs = inputs_of(run)
    except MissingResult as error:
        raise Fault(f"The inputs of task run {run.name} are gone from their storage: {error}") from error
    for name, value in inputs.parameters.items():
        typer.echo(f"  {name} = {short(repr(value))}", err=True)
    # By itself: neither answered from the cache nor kept in it, and its first failure is what we came to see. It bears the name
    # of the run that it repeats, so whoever types that name once more must find its inputs as well.
    alone = task.with_options(retries=0, cache_policy=NO_CACHE, persist_result=False, record_inputs=True)
    try:
        value = settle(call_task(alone, inputs.parameters, return_state=False, wait_for=None))
        value = list(value) if task.isgenerator and not task.isasync else value  # type: ignore[call-overload]  # its items
    except Exception as error:  # noqa: BLE001 - user code raises what it likes, and that is what is looked at
        print_lines(failure_lines(f"task {run.task_name!r}", failed(None, describe(error))), err=True)
        if debug:
            pdb.post_mortem(user_traceback(error.__traceback__) or error.__traceback__)
        return Exit.FAILED
    typer.echo(f"Completed: {short(repr(value), 1000)}")
    return Exit.DONE
