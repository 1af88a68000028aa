"""An artifact's content on a terminal."""

from __future__ import annotations

from rich.markdown import Markdown
from rich.table import Table

from segue.cli.listing import as_json
from segue.cli.tables import console


def print_artifact(head: str, description: str | None, kind: str, data: object) -> None:
    """Print an artifact: tables as tables, markdown as text, anything else as JSON."""
    out = console()
    out.print(head, style="bold", markup=False)
    if description:
        out.print(description, markup=False)
    out.print()
    match kind, data:
        case "markdown", str() if out.is_terminal:
            out.print(Markdown(data))
        case "table", list() if data and all(isinstance(row, dict) for row in data):
            out.print(_table([row for row in data if isinstance(row, dict)]))
        case _, str():
            out.print(data, markup=False, soft_wrap=True)
        case _:
            out.print(as_json(data), markup=False, soft_wrap=True)


def _table(rows: list[dict[object, object]]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in names:
        numbers = all(isinstance(row.get(name), int | float | None) for row in rows)
        table.add_column(str(name), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*("" if row.get(name) is None else str(row[name]) for name in names))
    return table
