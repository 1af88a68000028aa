"""What every `ls` does: a table for people, an array for programs, or a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

import msgspec
import typer
from msgspec import Struct

from segue.cli.cells import Cell, Column
from segue.cli.options import Output

T = TypeVar("T")


class Kind(Struct, Generic[T], frozen=True, eq=False):
    """How things of one kind are listed."""

    columns: Sequence[Column]
    cells: Callable[[T], Sequence[Cell]]
    #: What programs get.
    facts: Callable[[T], dict[str, object]]
    #: What is said to people when there is nothing at all, and nothing that fits what was asked.
    none_yet: str
    none_fits: str


class Asked(Struct, frozen=True):
    """How a list was asked for."""

    limit: int
    count: bool
    output: Output
    #: Whether only some things were asked for.
    narrowed: bool


def present(kind: Kind[T], items: Iterable[T], asked: Asked, *, total: Callable[[], int] | None = None) -> None:
    """Show things as they were asked for; `total` counts without reading, where the record can."""
    if asked.count:
        many = total() if total is not None else sum(1 for _ in items)
        typer.echo(msgspec.json.encode({"count": many}) if asked.output is Output.JSON else str(many))
        return
    # One more than is shown: whether there is more is worth a line.
    shown = list(islice(items, asked.limit + 1))
    if asked.output is Output.JSON:
        typer.echo(as_json([kind.facts(item) for item in shown[: asked.limit]]))
        return
    if not shown:
        typer.echo(kind.none_fits if asked.narrowed else kind.none_yet)
        return
    from segue.cli.tables import print_table  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    print_table(kind.columns, [kind.cells(item) for item in shown[: asked.limit]])
    if len(shown) > asked.limit:
        typer.echo(
            f"The newest {asked.limit} are shown; --limit shows more, --count says how many there are.", err=True
        )


def as_json(value: object) -> str:
    """Return a value as JSON that people can read as well."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def state_facts(kind: str, name: str) -> dict[str, str]:
    """Return a state as lists have it."""
    return {"type": kind, "name": name}
