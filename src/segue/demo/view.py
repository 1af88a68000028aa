"""What the terminal shows while the pipeline runs: a live table for people, plain lines for files and pipes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from segue.demo.progress import Stage, Status, Step

#: Names shown at once beside a stage; more would push the numbers out of a narrow terminal.
NAMED = 3


class View(Protocol):
    """Shows how far a run is."""

    def show(self, stages: Sequence[Stage], now: datetime) -> None:
        """Show the present state of every stage."""
        ...

    def close(self) -> None:
        """Leave the last picture standing."""
        ...


def open_view(console: Console) -> View:
    """Return a live view where the terminal can draw one, and plain lines everywhere else."""
    drawable = console.is_terminal and not console.is_dumb_terminal and console.encoding.startswith("utf")
    return LiveView(console) if drawable else LineView(console)


class LineView:
    """Prints one line for each step that ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: set[tuple[str, str]] = set()

    def show(self, stages: Sequence[Stage], now: datetime) -> None:
        """Print the steps that ended since the last call."""
        total = sum(stage.total for stage in stages)
        for stage in stages:
            for step in stage.steps:
                over = step.status not in {Status.WAITING, Status.RUNNING}
                if over and (step.task, step.name) not in self._shown:
                    self._shown.add((step.task, step.name))
                    line = f"[{len(self._shown):>2}/{total}] {step.name:<16} {outcome(step, now)}"
                    self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Nothing to do: lines stay."""


class LiveView:
    """Draws a table that is renewed in place."""

    def __init__(self, console: Console) -> None:
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(console=console, auto_refresh=False)
        self._live.start()

    def show(self, stages: Sequence[Stage], now: datetime) -> None:
        """Draw every stage anew."""
        self._live.update(self._draw(stages, now), refresh=True)

    def close(self) -> None:
        """Stop drawing; the last table stays."""
        self._live.stop()

    def _draw(self, stages: Sequence[Stage], now: datetime) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=1)
        table.add_column(min_width=9, no_wrap=True)
        table.add_column(min_width=5, no_wrap=True, justify="right")
        table.add_column(min_width=7, no_wrap=True, justify="right", style="dim")
        table.add_column(no_wrap=True, overflow="ellipsis")
        for stage in stages:
            seconds = f"{stage.seconds(now):.2f} s" if stage.steps else ""
            runs = f"{stage.finished}/{stage.total}" if stage.total > 1 else ""
            table.add_row(self._mark(stage), stage.task, runs, seconds, Text(remark(stage), style="dim"))
        done, total = sum(stage.finished for stage in stages), sum(stage.total for stage in stages)
        bar = Table.grid(padding=(0, 2))
        bar.add_row(ProgressBar(total=total, completed=done, width=40), f"{done} of {total} steps")
        return Group(table, Text(), bar)

    def _mark(self, stage: Stage) -> RenderableType:
        if stage.count(Status.FAILED):
            return Text("✗", style="bold red")
        if stage.finished == stage.total:
            return Text("✓", style="bold green" if stage.count(Status.DONE) else "bold blue")
        if stage.count(Status.RUNNING) or stage.finished:
            return self._spinner
        return Text("·", style="dim")


def remark(stage: Stage) -> str:
    """Return what there is to say about a stage beside its numbers: what runs, what was reused, what failed."""
    for status in (Status.FAILED, Status.RUNNING):
        names = [step.name for step in stage.steps if step.status is status]
        if names and (stage.total > 1 or status is Status.FAILED):
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            return f"{status.value}: {', '.join(names[:NAMED])}{more}"
    reused = stage.count(Status.REUSED)
    if not reused:
        return ""
    return "reused" if reused == stage.total else f"{reused} reused"


def outcome(step: Step, now: datetime) -> str:
    """Return how one finished step went, in a few words."""
    took = f"{step.seconds(now):.2f} s"
    match step.status:
        case Status.REUSED:
            return f"reused, had taken {took}"
        case Status.FAILED:
            return f"failed after {took}"
        case _:
            return took
