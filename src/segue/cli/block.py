"""`segue block`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.block_data import Form, can_ask
from segue.cli.block_type import app as types
from segue.cli.block_type import complete_type, register_class, type_of
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
from segue.cli.words import ago, short
from segue.engine.session import reading
from segue.host import clock
from segue.host.ids import new_id
from segue.model.blocks import BlockDocument, BlockSchema, reference
from segue.model.errors import AlreadyExists, NotFound
from segue.wire import blocks as w

app = noun("Saved configuration and credentials, known by type and name.")
app.add_typer(types, name="type")


def complete(incomplete: str) -> list[str]:
    """Return blocks as `TYPE/NAME` for the shell."""
    slug, slash, name = incomplete.partition("/")
    query = w.BlockQuery(block_types=[slug] if slash else None, name_like=name or None, sort="name", limit=PAGE)
    found = [called(document) for document in reading().call(w.BLOCK_LIST, query).items]
    return [each for each in found if each.startswith(incomplete)]


Block = Annotated[str, typer.Argument(help="TYPE/NAME, or an id.", metavar="TYPE/NAME", autocompletion=complete)]
FieldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--param", "-p", metavar="KEY=VALUE", help="A field: JSON, or text; for a block inside, its TYPE/NAME."
    ),
]
FileOption = Annotated[
    str | None, typer.Option("--file", metavar="PATH", help="Fields as a JSON object; `-` reads standard input.")
]
SecretsOption = Annotated[bool, typer.Option("--show-secrets", help="Show secrets; that somebody did is recorded.")]


def called(document: BlockDocument) -> str:
    """Return how a block is called."""
    return f"{document.block_type_slug}/{document.name}"


BLOCKS: Kind[BlockDocument] = Kind(
    columns=(Column("NAME", stretches=True), Column("FIELDS", stretches=True), Column("CHANGED"), Column("ID", spare=True)),
    cells=lambda document: (
        Cell(called(document), "strong"),
        Cell(short(", ".join(document.data), 60)),
        Cell(ago(document.updated, clock.now())),
        Cell(document.id),
    ),
    facts=lambda document: {"block": called(document), **msgspec.to_builtins(document)},
    none_yet="There are no blocks yet. `segue block create secret my-key` makes one; `segue block type ls` lists what there is.",
    none_fits="No block fits. `segue block ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    of_type: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="Only of this type.", autocompletion=complete_type),
    ] = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List blocks, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue block ls --type secret
    """
    backend = opened()
    query = w.BlockQuery(block_types=of_type, created_after=since(since_), limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_ or of_type))
    if state or flow:
        present(BLOCKS, (), asked)
        return
    present(BLOCKS, _all(backend, query), asked, total=lambda: backend.call(w.BLOCK_COUNT, query).count)


def _all(backend: Backend, query: w.BlockQuery) -> Iterator[BlockDocument]:
    return every_item(lambda asked: backend.call(w.BLOCK_LIST, asked), query)


@app.command("inspect")
def inspect(block: Block, show_secrets: SecretsOption = False, output: OutputOption = Output.TABLE) -> None:
    """Show a block, who changed it last and why; secrets are masked.

    For example:

        segue block inspect webhook/on-call
    """
    backend = opened()
    found = find(backend, block)
    if show_secrets:
        found = backend.call(w.BLOCK_REVEAL, w.BlockId(found.id))
    _show(backend, found, output)


def _show(backend: Backend, found: BlockDocument, output: Output) -> None:
    change = last_change(backend, f"segue.block-document.{found.id}")
    if output is Output.JSON:
        typer.echo(as_json({"block": called(found), **msgspec.to_builtins(found), **change_facts(change)}))
        return
    typer.echo(called(found))
    rows = [(name, _value(found, value)) for name, value in found.data.items()]
    facts = [("created", ago(found.created, clock.now())), ("changed", change_words(change)), ("id", found.id)]
    width = max(len(name) for name, _ in (*rows, *facts))
    for name, value in (*rows, *facts):
        typer.echo(f"  {name:<{width}}  {value}")


def _value(document: BlockDocument, value: object) -> str:
    id = reference(value)
    if id is not None:
        return f"block {called(document.references[id])}" if id in document.references else f"block {id}"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def find(backend: Backend, block: str) -> BlockDocument:
    """Return a block by `TYPE/NAME` or by id, secrets masked; raises `Fault`."""
    slug, slash, name = block.partition("/")
    try:
        if slash:
            return backend.call(w.BLOCK_READ_NAMED, w.ByTypeAndName(block_type=slug, name=name))
        return backend.call(w.BLOCK_READ, w.BlockId(block))
    except NotFound:
        hint = "`segue block ls` lists them." if slash else "A block is called TYPE/NAME; `segue block ls` lists them."
        raise Fault(f"There is no block {block!r}.", Exit.NOT_FOUND, hint=hint) from None


@app.command("create")
def create(
    of_type: Annotated[str, typer.Argument(help="Type of the block.", metavar="TYPE", autocompletion=complete_type)],
    name: Annotated[str | None, typer.Argument(help="Name of the block.", metavar="NAME")] = None,
    param: FieldOption = None,
    file: FileOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the block of this name.")] = False,
    reason: ReasonOption = None,
) -> None:
    """Save a block; on a terminal, what is missing is asked for, secrets without showing them.

    For example:

        segue block create webhook on-call -p url=https://example.org/hook -p method=POST
    """
    because(reason)
    slug, slash, rest = of_type.partition("/")
    name = rest if slash else name
    backend = opened()
    known = type_of(backend, slug, make=True)
    if not name:
        if not can_ask():
            raise Fault("The block needs a name.", Exit.USAGE, hint=f"Say `segue block create {slug} NAME`.")
        name = str(typer.prompt("name", err=True))
    schema = _schema(backend, slug)
    form = Form(backend, schema.fields)
    data = form.completed(form.filled(param, file))
    request = w.SaveBlock(id=new_id(), name=name, block_type=known.slug, data=data, overwrite=overwrite)
    try:
        made = backend.call(w.BLOCK_SAVE, request)
    except AlreadyExists:
        raise Fault(
            f"There is a block {slug}/{name} already.",
            Exit.REFUSED,
            hint="Say --overwrite to replace it, or `segue block edit`.",
        ) from None
    typer.echo(f"Saved block {called(made)}.")


def _schema(backend: Backend, slug: str) -> BlockSchema:
    found = backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery(block_type=slug, limit=1)).items
    if not found:
        raise Fault(
            f"Block type {slug!r} has no schema, so nothing says what its fields are.", Exit.REFUSED,
            hint="`segue block register` gives it the one of its class.",
        )  # fmt: skip
    return found[0]


@app.command("edit")
def edit(
    block: Block,
    param: FieldOption = None,
    file: FileOption = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="KEY", help="Take a field away; repeat for several.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Change fields of a block; what is not given stays, secrets too.

    For example:

        segue block edit webhook/on-call -p method=PUT --reason "they moved to another gateway"
    """
    because(reason)
    backend = opened()
    found = find(backend, block)
    data = Form(backend, _schema(backend, found.block_type_slug).fields).filled(param, file)
    if not data and not unset and name is None:
        raise Fault(
            "Nothing to change was given.", Exit.USAGE, hint="Give fields with -p KEY=VALUE, --file, --unset or --name."
        )
    absent = [key for key in unset or () if key not in found.data]
    if absent:
        raise Fault(f"{called(found)} has no field {absent[0]!r}.", Exit.NOT_FOUND)
    whole = {key: value for key, value in {**found.data, **data}.items() if key not in (unset or ())}
    # What stays is sent as it was shown, secrets masked: the record puts them back.
    request = w.EditBlock(id=found.id, name=name, data=whole if data or unset else None, merge=False)
    _show(backend, backend.call(w.BLOCK_EDIT, request), Output.TABLE)


@app.command("delete")
def delete(block: Block, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a block; one that another block names is refused.

    For example:

        segue block delete webhook/on-call --yes
    """
    because(reason)
    backend = opened()
    found = find(backend, block)
    confirm(f"Delete block {called(found)}?", yes=yes)
    backend.call(w.BLOCK_DELETE, w.BlockId(found.id))
    typer.echo(f"Deleted block {called(found)}.")


@app.command("test")
def try_(
    block: Block,
    subject: Annotated[str | None, typer.Option("--subject", metavar="TEXT", help="Subject of the message.")] = None,
    body: Annotated[str | None, typer.Option("--body", metavar="TEXT", help="Text of the message.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Send a message through a block that notifies, or call the webhook that it holds, and say how that went.

    With a server it is the server that sends, as it does for automations: where it may send to is the server's to say.

    For example:

        segue block test slack-webhook/on-call
    """
    backend = opened()
    found = find(backend, block)
    request = (
        w.TryBlock(id=found.id, body=body) if subject is None else w.TryBlock(id=found.id, subject=subject, body=body)
    )
    # A door: pydantic and apprise are loaded by this command alone.
    from segue.cli.block_trying import tried  # noqa: PLC0415

    outcome = tried(backend, request)
    if output is Output.JSON:
        typer.echo(as_json(msgspec.to_builtins(outcome)))
        raise typer.Exit(Exit.DONE if outcome.sent else Exit.FAILED)
    if not outcome.sent:
        raise Fault(f"Nothing was sent through {called(found)}: {outcome.detail}", Exit.FAILED)
    typer.echo(f"Sent through {called(found)}. {outcome.detail}")


@app.command("register")
def register(
    module: Annotated[
        str | None, typer.Option("--module", "-m", metavar="MODULE", help="A module with block classes.")
    ] = None,
    file: Annotated[str | None, typer.Option("--file", "-f", metavar="PATH", help="A file with block classes.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Make the block types of a module or a file known, so that they can be made here and in the API.

    For example:

        segue block register --file blocks.py
    """
    if (module is None) == (file is None):
        raise Fault("Say which block classes: either --module MODULE or --file PATH.", Exit.USAGE)
    because(reason)
    # A door: users' code and pydantic are loaded by this command alone.
    from segue.cli.block_classes import classes_of  # noqa: PLC0415

    place = module or file or ""
    found = classes_of(place)
    if not found:
        raise Fault(
            f"There is no block class in {place}.",
            Exit.NOT_FOUND,
            hint="A block is a subclass of segue.blocks.core.Block.",
        )
    backend = opened()
    for cls in found:
        slug, told = register_class(backend, cls)
        typer.echo(f"Registered {slug}{told}.")
