"""What lists of flow runs and of task runs have in common."""

from __future__ import annotations

from datetime import datetime

from segue.cli.cells import Cell, Column
from segue.cli.listing import state_facts
from segue.cli.words import ago, duration
from segue.host import clock
from segue.model.runs import FlowRun, TaskRun


def run_columns(of: str) -> tuple[Column, ...]:
    """Return the columns of a list; `of`: the one that says of what the runs are."""
    return (
        Column("NAME", stretches=True),
        Column(of, stretches=True),
        Column("STATE"),
        Column("WHEN"),
        Column("TOOK", right=True),
        Column("ID", spare=True),
    )


def run_cells(run: FlowRun | TaskRun, of: str) -> tuple[Cell, ...]:
    """Return the cells of one run."""
    return (
        Cell(run.name, "strong"),
        Cell(of),
        Cell(run.state.name, run.state.kind),
        Cell(ago(_when(run), clock.now())),
        Cell(duration(run.total_run_time) if run.start_time is not None else ""),
        Cell(run.id, "faint"),
    )


def _when(run: FlowRun | TaskRun) -> datetime:
    """When it began, or is to begin."""
    expected = run.expected_start_time if isinstance(run, FlowRun) else None
    return run.start_time or expected or run.created


def run_facts(run: FlowRun | TaskRun, **of: object) -> dict[str, object]:
    """Return what programs get of one run, with what it is `of` after its state."""
    return {
        "id": run.id,
        "name": run.name,
        "state": state_facts(run.state.kind, run.state.name),
        **of,
        "created": run.created,
        "start_time": run.start_time,
        "end_time": run.end_time,
        "total_run_time": run.total_run_time,
        "run_count": run.run_count,
        "tags": run.tags,
    }
