"""`segue saved-view`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
    YesOption,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago, short
from segue.engine.session import reading
from segue.host import clock
from segue.wire.requests import ById
from segue.wire.saved_views import VIEW_DELETE, VIEW_LIST, SavedView, SavedViewQuery

app = noun("Saved views: filters of the page of runs under a name.")


def complete(incomplete: str) -> list[str]:
    """Return the names of views for the shell."""
    return [view.name for view in _all(reading()) if view.name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of a view, or its id.", metavar="NAME", autocompletion=complete)]

VIEWS: Kind[SavedView] = Kind(
    columns=(Column("NAME", stretches=True), Column("FILTERS", stretches=True), Column("WHOSE"), Column("CHANGED")),
    cells=lambda view: (
        Cell(view.name, "strong"), Cell(short(_said(view), 80)), Cell(_whose(view)), Cell(ago(view.updated, clock.now())),
    ),
    facts=lambda view: {**msgspec.to_builtins(view), "shared": view.shared},
    none_yet="There are no saved views yet. `Views` on the page of runs saves its filters under a name.",
    none_fits="No saved view fits. `segue saved-view ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List your views and those that everybody has, newest first. Asking for a state or flow finds none.

    For example:

        segue saved-view ls
    """
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if state or flow:
        present(VIEWS, (), asked)
        return
    earliest = since(since_)
    found = [view for view in _all(opened()) if earliest is None or view.created >= earliest]
    present(VIEWS, sorted(found, key=lambda view: view.created, reverse=True), asked)


@app.command("inspect")
def inspect(name: Name, output: OutputOption = Output.TABLE) -> None:
    """Show a view with its filters, as the address of the page of runs has them.

    For example:

        segue saved-view inspect "failed tonight"
    """
    view = _one(opened(), name)
    if output is Output.JSON:
        typer.echo(as_json(VIEWS.facts(view)))
        return
    now = clock.now()
    typer.echo(f"Name     {view.name}\nFilters  {_said(view)}\nWhose    {_whose(view)}")
    typer.echo(f"Created  {ago(view.created, now)}\nChanged  {ago(view.updated, now)}\nId       {view.id}")


@app.command("delete")
def delete(name: Name, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a view, yours or one that everybody has.

    For example:

        segue saved-view delete "failed tonight" --yes
    """
    because(reason)
    backend = opened()
    view = _one(backend, name)
    confirm(f"Delete the saved view {view.name}{', which everybody has' if view.shared else ''}?", yes=yes)
    backend.call(VIEW_DELETE, ById(view.id))
    typer.echo(f"Deleted saved view {view.name}.")


def _all(backend: Backend) -> Iterator[SavedView]:
    return every_item(lambda asked: backend.call(VIEW_LIST, asked), SavedViewQuery(limit=PAGE))


def _one(backend: Backend, given: str) -> SavedView:
    found = [view for view in _all(backend) if given in {view.name, view.id}]
    if not found:
        raise Fault(f"There is no saved view {given!r}.", Exit.NOT_FOUND, hint="`segue saved-view ls` lists them.")
    if len(found) > 1:
        hint = "\n".join(f"  {view.id}  {_whose(view)}" for view in found)
        raise Fault(f"Two views are called {given!r}; say which by its id.", Exit.USAGE, hint=hint)
    return found[0]


def _whose(view: SavedView) -> str:
    return "everybody's" if view.shared else "yours"


def _said(view: SavedView) -> str:
    return ", ".join(f"{name}={value}" for name, value in view.filters.items()) or "none: all runs"
