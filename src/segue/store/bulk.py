"""The rows of a bulk statement: many travel as one JSON text, which the database takes apart; few are bound as they are.

To take JSON apart costs SQLite more than to insert what is in it. For a handful of rows, as a durable step makes, the statement
is therefore spelt with the cells as parameters of their own: `json_each(:rows)` becomes `(VALUES (?4, ?5), (?6, ?7))`, and
`value ->> 1` becomes `column2`. For one row there is no table of rows at all: `value ->> 1` becomes `?5`. The meaning is the
same; one statement for each number of rows is prepared once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from segue.store.codec import json_text
from segue.store.statements import statement

#: More rows than this travel as JSON.
FEW: Final = 4
#: What a step of a durable run comes to, and what is asked of a server for one flow run.
FOR_FEW: Final = frozenset(
    {
        "flow_runs_insert",
        "flow_runs_update",
        "flows_intern",
        "logs_insert",
        "states_insert",
        "task_runs_insert",
        "task_runs_update",
    }
)
_CELL = re.compile(r"\b(v\.)?value ->> (\d+)")
_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")
_ROWS = "json_each(:rows)"
_FROM = re.compile(r"\bFROM json_each\(:rows\)( AS v)?")
_AS_THEY_ARE = frozenset({type(None), bool, float})
_LARGEST = 2**63

#: What one cell is bound as.
Bound = str | int | float | None


class Rows:
    """Rows of equal width, whose cells are what JSON can say."""

    __slots__ = ("_text", "cells", "count", "width")

    def __init__(self, rows: Sequence[Sequence[object]]) -> None:
        self.count = len(rows)
        self.width = len(rows[0])
        #: Every cell in turn, where the rows are few.
        self.cells: list[Bound] | None = None
        self._text: str | Sequence[Sequence[object]] = rows
        if self.count <= FEW:
            self.cells = [
                cell if type(cell) in _AS_THEY_ARE else _bound(cell)  # type: ignore[misc]  # the set says which it is
                for row in rows
                for cell in row
            ]
        else:
            self._text = json_text(rows)

    @property
    def text(self) -> str:
        """All rows as JSON."""
        if not isinstance(self._text, str):
            self._text = json_text(self._text)
        return self._text


def _bound(cell: object) -> Bound:
    """Return what the database would make of this cell of a JSON text."""
    if isinstance(cell, str):
        return cell.replace("\0", "\ufffd") if "\0" in cell else cell
    if isinstance(cell, int):
        return cell if -_LARGEST <= cell < _LARGEST else float(cell)
    return json_text(cell)


@cache
def few(name: str, count: int, width: int) -> tuple[str, tuple[str, ...]]:
    """Return one of the statements for few rows with its rows' cells as parameters, behind the named ones in the order returned."""
    text = statement(name)
    names = tuple(sorted(set(_NAMED.findall(text)) - {"rows"}))
    numbers = range(len(names) + 1, len(names) + 1 + count * width)
    cells = [f"?{number}" for number in numbers]
    if count == 1:
        # A table of one row would be made and thrown away, with a cache of pages for it.
        text = _CELL.sub(lambda found: cells[int(found[2])], _FROM.sub("", text))
    else:
        rows = ", ".join(f"({', '.join(cells[at : at + width])})" for at in range(0, count * width, width))
        text = _CELL.sub(
            lambda found: f"{found[1] or ''}column{int(found[2]) + 1}", text.replace(_ROWS, f"(VALUES {rows})")
        )
    return _NAMED.sub(lambda found: f"?{names.index(found[1]) + 1}", text), names
