"""Tables and lines on a terminal: fit to its width, with colours by state; plain and whole where nobody looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from segue.cli.cells import Cell, Column

#: Looks by state type and by name.
LOOKS = {
    "SCHEDULED": "yellow",
    "PENDING": "yellow",
    "RUNNING": "cyan",
    "PAUSED": "magenta",
    "CANCELLING": "yellow",
    "COMPLETED": "green",
    "FAILED": "bold red",
    "CRASHED": "bold dark_orange",
    "CANCELLED": "bright_black",
    "faint": "bright_black",
    "strong": "bold",
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
}
#: Where a line need not end, such as in a file.
_UNBOUNDED = 10_000
#: Blanks between two columns.
_GAP = 2
_MOST_KEPT = 40


def console(*, err: bool = False) -> Console:
    """Return where to print: bounded by the terminal, or not at all."""
    found = Console(highlight=False, stderr=err)
    return found if found.is_terminal else Console(highlight=False, stderr=err, width=_UNBOUNDED, soft_wrap=True)


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a table."""
    out = console()
    widths = [max([len(c.title), *(len(row[n].text) for row in rows)]) for n, c in enumerate(columns)]
    room = out.width if out.is_terminal else _UNBOUNDED
    whole = sum(widths) + _GAP * (len(columns) - 1) <= room
    shown = [number for number, column in enumerate(columns) if whole or not column.spare]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for number in shown:
        column = columns[number]
        # A column that does not stretch keeps its width as long as another one can give way.
        least = None if column.stretches else min(widths[number], _MOST_KEPT)
        side: Literal["left", "right"] = "right" if column.right else "left"
        table.add_column(column.title, justify=side, no_wrap=True, overflow="ellipsis", min_width=least)
    for row in rows:
        table.add_row(*(Text(row[number].text, style=LOOKS.get(row[number].look, "")) for number in shown))
    out.print(table)


def print_lines(lines: Sequence[Cell | tuple[Cell, ...]], *, err: bool = False) -> None:
    """Print lines made of cells; long ones wrap at the terminal's width."""
    out = console(err=err)
    for line in lines:
        text = Text()
        for cell in line if isinstance(line, tuple) else (line,):
            text.append(cell.text, style=LOOKS.get(cell.look, ""))
        out.print(text, soft_wrap=True)
