"""What is said when a flow that was run from here has ended."""

from __future__ import annotations

from segue.backend.protocol import Backend
from segue.cli.cells import Cell
from segue.cli.failures import Line, error_of, failure_lines
from segue.cli.faults import Exit
from segue.cli.flow_run_facts import culprit, gather
from segue.cli.flow_run_report import task_words
from segue.cli.tables import print_lines
from segue.cli.words import typed
from segue.model.states import Cancelled
from segue.states import State
from segue.wire.operations import FLOW_RUN_READ
from segue.wire.requests import ById


def end(backend: Backend, state: State, id: str) -> Exit:
    """Say on standard error what failed and what to type next; returns the exit code."""
    if state.is_completed():
        return Exit.DONE
    backend.flush()
    facts = gather(backend, backend.call(FLOW_RUN_READ, ById(id)))
    run, task = facts.run, culprit(facts)
    if isinstance(run.state, Cancelled):
        lines: list[Line] = [(Cell(f"✗ flow run {run.name} was cancelled: {run.state.message or ''}", "bad"),)]
    elif task is not None and error_of(task.state) is not None:
        lines = failure_lines(task_words(task), task.state)
    else:
        lines = failure_lines(f"flow {run.flow_name!r} (run {run.name!r})", run.state)
    name = typed(run.name)
    again = f"segue flow-run inspect {name}    or, once mended: segue flow-run retry {name}"
    print_lines([*lines, (Cell(f"  next {again}"),)], err=True)
    return Exit.FAILED
