"""What is said when the pipeline has ended: the counts, what was reused, where to look next."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from segue.demo.data import NULL_BUDGETS, Summary
from segue.demo.progress import Stage, Status, busy


def say_result(console: Console, summary: Summary) -> None:
    """Say what arrived, what is missing, and where the report is."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column()
    rows.add_column(justify="right")
    for table, count in summary.rows.items():
        rows.add_row(f"  {table}", f"{count:,}")
    console.print("\nRows counted after the load:")
    console.print(rows)
    for budget in NULL_BUDGETS:
        if budget.most:
            found = summary.nulls[f"{budget.table}.{budget.column}"]
            allowed = f"{budget.least:,} to {budget.most:,} are expected"
            say(console, f"{found:,} {budget.table} have no {budget.column} ({allowed})")
    say(console, f"\nThe report of {len(summary.carriers)} carriers and {len(summary.months)} months: {summary.report}")


def say_reuse(console: Console, stages: Sequence[Stage]) -> None:
    """Say which steps were not run again, and how long they had taken."""
    reused = [_reuse(stage) for stage in stages if stage.count(Status.REUSED)]
    if reused:
        say(console, f"Reused from before the crash: {', '.join(reused)}.")


def _reuse(stage: Stage) -> str:
    steps = [step for step in stage.steps if step.status is Status.REUSED]
    spent = busy([(step.start, step.end) for step in steps if step.start is not None and step.end is not None])
    runs = f"{len(steps)} of {stage.total}, " if stage.total > 1 else ""
    return f"{stage.task} ({runs}{spent:.2f} s)"


def say_where_next(console: Console, name: str, *, after_crash: bool) -> None:
    """Say which commands show more."""
    segue = program()
    commands = [
        (f"{segue} flow-run ls", "what ran here"),
        (f"{segue} flow-run inspect {name}", "this run: states, tasks, times"),
        (f"{segue} flow-run logs {name}", "what it said"),
        (f"{segue} artifact ls", "what it left behind"),
    ]
    if not after_crash:
        commands.append((f"{segue} demo --crash-after load", "kill it half-way, then see it go on"))
    width = max(len(command) for command, _ in commands)
    say(console, "\nWhere to look next:")
    for command, purpose in commands:
        say(console, f"  {command:<{width}}  {purpose}")


def program() -> str:
    """Return the word that starts this program in this shell: its path where the search path has it not."""
    return "segue" if shutil.which("segue") is not None or not sys.argv[0].endswith("segue") else sys.argv[0]


def say(console: Console, line: str) -> None:
    """Print one line as it is, however long."""
    console.print(line, markup=False, soft_wrap=True)
