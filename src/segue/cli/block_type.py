"""`segue block type`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.blocks.registry import STANDARD, class_of
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
    YesOption,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import plural, short
from segue.engine.session import reading
from segue.model.blocks import BlockType
from segue.model.errors import NotFound
from segue.wire import blocks as w

app = noun("Types of blocks: list, inspect, delete.")


class Known(msgspec.Struct, frozen=True):
    """A type of block that is recorded, or one of the standard set that nobody used yet."""

    slug: str
    name: str
    description: str | None
    recorded: BlockType | None = None


def complete_type(incomplete: str) -> list[str]:
    """Return the slugs of block types for the shell."""
    found = [each.slug for each in _recorded(reading(), w.BlockTypeQuery())]
    return sorted(slug for slug in {*found, *STANDARD} if slug.startswith(incomplete))


Type = Annotated[str, typer.Argument(help="Slug of a block type.", metavar="TYPE", autocompletion=complete_type)]

TYPES: Kind[Known] = Kind(
    columns=(Column("TYPE"), Column("NAME"), Column("IN USE"), Column("WHAT IT IS", stretches=True)),
    cells=lambda known: (
        Cell(known.slug, "strong"),
        Cell(known.name),
        Cell("yes" if known.recorded else "not yet"),
        Cell(short(known.description or "", 80)),
    ),
    facts=lambda known: {
        "id": known.recorded.id if known.recorded else None,
        "slug": known.slug,
        "name": known.name,
        "description": known.description,
        "recorded": known.recorded is not None,
        **(msgspec.to_builtins(known.recorded) if known.recorded is not None else {}),
    },
    none_yet="There are no block types. `segue block register -f FILE` makes those of a file known.",
    none_fits="No block type fits. `segue block type ls` lists all of them.",
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
    """List the types of blocks, newest first, then the standard ones that nobody used yet.

    Asking for a state or flow finds none.

    For example:

        segue block type ls
    """
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if state or flow:
        present(TYPES, (), asked)
        return
    recorded = {each.slug: each for each in _recorded(opened(), w.BlockTypeQuery(created_after=since(since_)))}
    newest = sorted(recorded.values(), key=lambda each: each.created, reverse=True)
    known = [Known(each.slug, each.name, each.description, each) for each in newest]
    if since_ is None:
        known += [_standard(slug) for slug in sorted(STANDARD) if slug not in recorded]
    present(TYPES, known, asked)


def _standard(slug: str) -> Known:
    cls: Any = class_of(slug)
    return Known(slug, cls.get_block_type_name(), cls.get_description())


def _recorded(backend: Backend, query: w.BlockTypeQuery) -> Iterator[BlockType]:
    query = msgspec.structs.replace(query, limit=PAGE)
    return every_item(lambda asked: backend.call(w.BLOCK_TYPE_LIST, asked), query)


@app.command("inspect")
def inspect(of_type: Type, output: OutputOption = Output.TABLE) -> None:
    """Show a block type: what it is for, its fields, how it is used.

    For example:

        segue block type inspect webhook
    """
    backend = opened()
    try:
        found: BlockType | None = backend.call(w.BLOCK_TYPE_READ, w.ByRef(of_type))
    except NotFound:
        found = None
    if found is None:
        _show_class(_class_of(of_type), output)
        return
    schemas = backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery(block_type=found.slug, limit=1)).items
    change = last_change(backend, f"segue.block-type.{found.slug}")
    if output is Output.JSON:
        schema = msgspec.to_builtins(schemas[0]) if schemas else None
        told = {**msgspec.to_builtins(found), "recorded": True, "schema": schema, **change_facts(change)}
        typer.echo(as_json(told))
        return
    _show(found.slug, found.name, found.description, schemas[0].fields if schemas else {}, found.code_example)
    many = backend.call(w.BLOCK_COUNT, w.BlockQuery(block_types=[found.slug])).count
    typer.echo(f"\n{plural(many, 'block')} of this type; type {change_words(change)}")


def _show_class(cls: Any, output: Output) -> None:
    """Show a type of which nothing is recorded yet, as its class says it is."""
    slug, name, about, fields = (
        cls.get_block_type_slug(), cls.get_block_type_name(), cls.get_description(), cls.model_json_schema(),
    )  # fmt: skip
    if output is Output.JSON:
        told = {"slug": slug, "name": name, "description": about, "recorded": False, "schema": {"fields": fields}}
        typer.echo(as_json(told))
        return
    _show(slug, name, about, fields, cls.get_code_example())
    typer.echo(f"\nNo block of this type was made yet: `segue block create {slug} NAME`.")


def _show(slug: str, name: str, about: str | None, fields: Mapping[str, object], example: str | None) -> None:
    typer.echo(f"{slug}  {name}\n\n{about}" if about else f"{slug}  {name}")
    typer.echo("\nFields:")
    for line in _fields(fields):
        typer.echo(f"  {line}")
    if example:
        typer.echo(f"\n{example}")


def _fields(schema: Mapping[str, object]) -> Iterator[str]:
    properties, required = schema.get("properties"), schema.get("required")
    secret = schema.get("secret_fields")
    first = {str(path).partition(".")[0] for path in secret} if isinstance(secret, list) else set()
    if not isinstance(properties, dict) or not properties:
        yield "none"
        return
    width = max(map(len, properties))
    for name, facts in properties.items():
        words = [
            *(["required"] if isinstance(required, list) and name in required else []),
            *(["secret"] if name in first else []),
        ]
        about = str(facts.get("description") or facts.get("title") or "") if isinstance(facts, dict) else ""
        marks = f"({', '.join(words)}) " if words else ""
        yield f"{name:<{width}}  {marks}{about}".rstrip()


@app.command("delete")
def delete(of_type: Type, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a block type with its schemas and all its blocks.

    For example:

        segue block type delete login --yes
    """
    because(reason)
    backend = opened()
    found = type_of(backend, of_type)
    many = backend.call(w.BLOCK_COUNT, w.BlockQuery(block_types=[found.slug])).count
    confirm(f"Delete block type {found.slug} with {plural(many, 'block')}?", yes=yes)
    backend.call(w.BLOCK_TYPE_DELETE, w.ByRef(found.id))
    typer.echo(f"Deleted block type {found.slug} with {plural(many, 'block')}.")


def type_of(backend: Backend, slug: str, *, make: bool = False) -> BlockType:
    """Return a block type; one whose class is installed here is registered with `make`. Raises `Fault`."""
    try:
        return backend.call(w.BLOCK_TYPE_READ, w.ByRef(slug))
    except NotFound:
        cls = _class_of(slug)
    if make:
        register_class(backend, cls)
        return backend.call(w.BLOCK_TYPE_READ, w.ByRef(slug))
    raise Fault(
        f"No block of type {slug!r} was made yet.", Exit.NOT_FOUND, hint=f"`segue block create {slug} NAME` makes one."
    )


def _class_of(slug: str) -> Any:
    cls = class_of(slug)
    if cls is None:
        raise Fault(
            f"There is no block type {slug!r}.", Exit.NOT_FOUND,
            hint="`segue block type ls` lists them; `segue block register -f FILE` makes those of a file known.",
        )  # fmt: skip
    return cls


def register_class(backend: Backend, cls: Any) -> tuple[str, str]:
    """Make the type and the schema of a class known; return the slug, and what else there is to say."""
    slug = str(cls.get_block_type_slug())
    before = backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery(block_type=slug, limit=1)).items
    cls.register_type_and_schema()
    after = backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery(block_type=slug, limit=1)).items
    if not before:
        return slug, ""
    return slug, ", as it was" if before[0].id == after[0].id else ", with a new schema"
