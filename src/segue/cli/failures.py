"""What went wrong, in the user's terms: their line, their values."""

from __future__ import annotations

import os

from segue.cli.cells import Cell
from segue.model.states import Actor, Cancelled, Crashed, ErrorInfo, Failed, State

Line = tuple[Cell, ...]


def error_of(state: State) -> ErrorInfo | None:
    """Return what went wrong in user code, if something did."""
    match state:
        case Failed(error=error) | Crashed(error=error) | Cancelled(error=error):
            return error
        case _:
            return None


def failure_lines(what: str, state: State, *, indent: str = "") -> list[Line]:
    """Say what failed, where in the user's code, and with which values."""
    error = error_of(state)
    if error is None:
        return [(Cell(f"{indent}✗ {what} ended as {state.name}: {state.message or 'no reason was given'}", "bad"),)]
    text = f"{error.type}: {error.message}" if error.message else error.type
    lines: list[Line] = [(Cell(f"{indent}✗ {what} failed: {text}", "bad"),)]
    if error.file is not None:
        lines.append((Cell(f"{indent}  at   {place(error.file)}:{error.line} in {error.function}"),))
        if error.source:
            lines.append((Cell(f"{indent}       {error.source}", "strong"),))
    lines += [(Cell(f"{indent}  with {name} = {value}"),) for name, value in error.values.items()]
    return lines


def place(path: str) -> str:
    """Return a path as it is shortest to read from here."""
    try:
        near = os.path.relpath(path)
    except ValueError:
        # Another drive, on Windows.
        return path
    return path if near.startswith("..") else near


def who(actor: Actor | None) -> str:
    """Return an actor in words: `ann (cli)`, `the reaper`; empty when nobody is named."""
    if actor is None:
        return ""
    if actor.kind == "system":
        return f"the {actor.name}"
    return f"{actor.name} ({actor.means})" if actor.means is not None else actor.name
