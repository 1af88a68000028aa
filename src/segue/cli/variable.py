"""`segue variable`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
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
    json_or_text,
    since,
)
from segue.cli.record import PAGE, because, opened
from segue.cli.words import ago, short
from segue.engine.session import reading
from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, NotFound
from segue.model.things import Variable
from segue.wire.operations import VARIABLE_COUNT, VARIABLE_DELETE, VARIABLE_LIST, VARIABLE_READ, VARIABLE_SET
from segue.wire.requests import ByName, SetVariable, VariableQuery

app = noun("Values shared by all runs.")


def complete(incomplete: str) -> list[str]:
    """Return the names of variables for the shell."""
    query = VariableQuery(name_like=incomplete or None, limit=100)
    return [variable.name for variable in reading().call(VARIABLE_LIST, query).items]


Name = Annotated[str, typer.Argument(help="Name of a variable.", metavar="NAME", autocompletion=complete)]

VARIABLES: Kind[Variable] = Kind(
    columns=(Column("NAME", stretches=True), Column("VALUE", stretches=True), Column("TAGS"), Column("CHANGED")),
    cells=lambda variable: (
        Cell(variable.name, "strong"),
        Cell(short(variable.value, 60)),
        Cell(", ".join(variable.tags)),
        Cell(ago(variable.updated, clock.now())),
    ),
    facts=lambda variable: {
        "id": variable.id,
        "name": variable.name,
        "value": variable.value,
        "tags": variable.tags,
        "created": variable.created,
        "updated": variable.updated,
    },
    none_yet="There are no variables yet. `segue variable set NAME VALUE` makes one.",
    none_fits="No variable fits. `segue variable ls` lists all of them.",
)


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List variables, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue variable ls
    """
    backend = opened()
    query = VariableQuery(created_after=since(since_), limit=PAGE)
    narrowed = bool(state or flow or since_)
    asked = Asked(limit, count, output, narrowed=narrowed)
    if state or flow:
        present(VARIABLES, (), asked)
        return
    newest = sorted(_all(backend, query), key=lambda variable: variable.created, reverse=True) if not count else ()
    present(VARIABLES, newest, asked, total=lambda: backend.call(VARIABLE_COUNT, query).count)


def _all(backend: Backend, query: VariableQuery) -> Iterator[Variable]:
    return every_item(lambda asked: backend.call(VARIABLE_LIST, asked), query)


@app.command("get")
def get(name: Name) -> None:
    """Print the value of a variable: text as it is, anything else as JSON.

    For example:

        segue variable get region
    """
    value = _read(opened(), name).value
    typer.echo(value if isinstance(value, str) else msgspec.json.encode(value))


@app.command("inspect")
def inspect(name: Name, output: OutputOption = Output.TABLE) -> None:
    """Show a variable with its tags and times, who changed it last and why.

    For example:

        segue variable inspect region -o json
    """
    backend = opened()
    found = _read(backend, name)
    change = last_change(backend, f"segue.variable.{found.name}")
    if output is Output.JSON:
        typer.echo(as_json({**msgspec.to_builtins(found), **change_facts(change)}))
        return
    now = clock.now()
    typer.echo(
        f"Name     {found.name}\nValue    {msgspec.json.encode(found.value).decode()}\nTags     {', '.join(found.tags) or 'none'}"
    )
    typer.echo(f"Created  {ago(found.created, now)}\nChanged  {change_words(change)}\nId       {found.id}")


def _read(backend: Backend, name: str) -> Variable:
    try:
        return backend.call(VARIABLE_READ, ByName(name))
    except NotFound:
        message = f"There is no variable {name!r}."
        raise Fault(message, Exit.NOT_FOUND, hint="`segue variable ls` lists them.") from None


@app.command("set")
def set_(
    name: Name,
    value: Annotated[str, typer.Argument(help="JSON, or else text.", metavar="VALUE")],
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; repeat for several.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the value it has.")] = False,
    reason: ReasonOption = None,
) -> None:
    """Set a variable; one that exists is replaced with --overwrite only.

    For example:

        segue variable set region '{"name": "north", "shops": 12}' --overwrite
    """
    because(reason)
    backend = opened()
    request = SetVariable(id=new_id(), name=name, value=json_or_text(value), tags=tag or [], overwrite=overwrite)
    try:
        backend.call(VARIABLE_SET, request)
    except AlreadyExists:
        message = f"Variable {name!r} has a value already."
        raise Fault(message, Exit.REFUSED, hint="Say --overwrite to replace it.") from None
    typer.echo(f"Set variable {name}.")


@app.command("unset")
def unset(name: Name, reason: ReasonOption = None) -> None:
    """Delete a variable.

    For example:

        segue variable unset region
    """
    because(reason)
    backend = opened()
    _read(backend, name)
    backend.call(VARIABLE_DELETE, ByName(name))
    typer.echo(f"Deleted variable {name}.")
