"""Tables and lines on a terminal: fit to its width, with colours by state; plain and whole where nobody looks."""

from __future__ import annotations

from collections.abc import Sequence

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


def console(*, err: bool = False) -> Console:
    """Return where to print: bounded by the terminal, or not at all."""
    found = Console(highlight=False, stderr=err)
    return found if found.is_terminal else Console(highlight=False, stderr=err, width=_UNBOUNDED, soft_wrap=True)


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a table."""
    out = console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis",
            # A column that does not stretch keeps its width as long as another one can give way.
            min_width=None if column.stretches or not out.is_terminal else _width(columns, rows, column),
        )
    for row in rows:
        table.add_row(*(Text(cell.text, style=LOOKS.get(cell.look, "")) for cell in row))
    out.print(table)


def _width(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], column: Column) -> int:
    place = list(columns).index(column)
    return min(max([len(column.title), *(len(row[place].text) for row in rows)]), 40)


def print_lines(lines: Sequence[Cell | tuple[Cell, ...]], *, err: bool = False) -> None:
    """Print lines made of cells; long ones wrap at the terminal's width."""
    out = console(err=err)
    for line in lines:
        text = Text()
        for cell in line if isinstance(line, tuple) else (line,):
            text.append(cell.text, style=LOOKS.get(cell.look, ""))
        out.print(text, soft_wrap=True)
