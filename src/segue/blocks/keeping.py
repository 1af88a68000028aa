"""Saving, loading and deleting blocks: scripts that serve sync and async code alike."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from segue.blocks.annotated import classes_in_model
from segue.blocks.describing import code_example, description, said
from segue.blocks.problems import InvalidBlockRegistration
from segue.blocks.registry import class_of
from segue.blocks.schemas import is_interface
from segue.decide.blocks import NAME, NAME_SENTENCE, secret_paths, secrets_in, secrets_named_so
from segue.engine.asks import Do, Script
from segue.engine.masking import keep_out
from segue.engine.session import backend, reading
from segue.host.ids import new_id
from segue.model.blocks import BlockDocument
from segue.model.errors import AlreadyExists, NotFound
from segue.refusing import invalid
from segue.wire import blocks as wire

_TAKEN = (
    "You are attempting to save values with a name that is already in use for this block type. If you would like to overwrite the"
    " values that are saved, then save with `overwrite=True`."
)


def described(cls: type[Any]) -> wire.StandardBlock:
    """Return the type and the schema of a class as they are made known."""
    slug = cls.get_block_type_slug()
    type_ = wire.PutBlockType(
        slug=slug, name=cls.get_block_type_name(), logo_url=_text(said(cls, "_logo_url")),
        documentation_url=_text(said(cls, "_documentation_url")), description=description(cls),
        code_example=_elsewhere(code_example(cls, slug)),
    )  # fmt: skip
    schema = wire.PutBlockSchema(
        block_type=slug, fields=cls.model_json_schema(), capabilities=sorted(cls.get_block_capabilities()),
        version=cls.get_block_schema_version(),
    )  # fmt: skip
    return wire.StandardBlock(type=type_, schema=schema)


def _elsewhere(example: str) -> str:
    """Return an example as other programs would write it: what a script defines they import by the name of its file."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    return example.replace("from __main__ import", f"from {Path(file).stem} import") if file else example


def registered(cls: type[Any], kind: type[Any]) -> Script[str]:
    """Make the type and the schema of a class known, and before them those of the blocks inside; return the schema's checksum."""
    what = "the Block class" if cls is kind else "a Block interface class"
    if is_interface(cls):
        raise InvalidBlockRegistration(
            f"`register_type_and_schema` should be called on a Block subclass and not on {what} directly."
        )
    for inner in dict.fromkeys(classes_in_model(cls, kind)):
        if inner is not cls and not is_interface(inner):
            yield from registered(inner, kind)
    made = described(cls)

    def put() -> str:
        backend().call(wire.BLOCK_TYPE_PUT, replace(made.type, id=new_id()))
        return backend().call(wire.BLOCK_SCHEMA_PUT, replace(made.schema, id=new_id())).checksum

    checksum: str = yield Do(put)
    return checksum


def saved(block: Any, kind: type[Any], name: str | None, *, overwrite: bool) -> Script[UUID]:
    """Save a block under a name, by default the one it has, and return its id."""
    name = name or block._block_document_name
    if not name:
        raise ValueError(
            "You're attempting to save a block document without a name. Please call `save` with a `name`, or load the block first."
        )
    if NAME.fullmatch(name) is None:
        raise invalid("BlockDocument", "name", name, NAME_SENTENCE)
    cls = type(block)
    checksum = yield from registered(cls, kind)
    paths = secret_paths(cls.model_json_schema())
    data = block._to_data(paths)
    request = wire.SaveBlock(
        id=new_id(),
        name=name,
        block_type=cls.get_block_type_slug(),
        block_schema=checksum,
        data=data,
        overwrite=overwrite,
    )
    try:
        document: BlockDocument = yield Do(lambda: backend().call(wire.BLOCK_SAVE, request))
    except AlreadyExists:
        raise ValueError(_TAKEN) from None
    _mask(cls, data)
    block._remember(document.id, name)
    return UUID(document.id)


def found(slug: str, name: str) -> Script[BlockDocument]:
    """Return the document of a type with this name, with its secrets; raises ValueError when there is none."""
    try:
        document: BlockDocument = yield Do(
            lambda: reading().call(wire.BLOCK_READ_NAMED, wire.ByTypeAndName(block_type=slug, name=name))
        )
    except NotFound:
        raise ValueError(f"Unable to find block document named {name} for block type {slug}") from None
    return (yield from revealed(document))


def found_by_id(id: str) -> Script[BlockDocument]:
    """Return the document with this id, with its secrets; raises ValueError when there is none."""
    try:
        UUID(id)
    except ValueError:
        raise ValueError(f"Block document ID {id!r} is not a valid UUID") from None
    try:
        document: BlockDocument = yield Do(lambda: reading().call(wire.BLOCK_READ, wire.BlockId(id)))
    except NotFound:
        raise ValueError(f"Unable to find block document with ID {id!r}") from None
    return (yield from revealed(document))


def revealed(document: BlockDocument) -> Script[BlockDocument]:
    """Return a document with the secrets it has, if it has any, and keep them out of log lines."""
    if not any(each.has_secrets for each in (document, *document.references.values())):
        return document
    shown: BlockDocument = yield Do(lambda: backend().call(wire.BLOCK_REVEAL, wire.BlockId(document.id)))
    for each in (shown, *shown.references.values()):
        cls = class_of(each.block_type_slug)
        if cls is not None:
            _mask(cls, each.data)
    return shown


def _mask(cls: type[Any], data: dict[str, object]) -> None:
    """Keep the secrets of a block out of what is recorded.

    What is declared secret as a whole, such as all settings of a file system, holds plain words as well: a region, a yes. Without
    those, log lines stay legible.
    """
    paths = secret_paths(cls.model_json_schema())
    declared = tuple(tuple(str(path).split(".")) for path in cls._secret_fields)
    typed = tuple(path for path in paths if path not in declared)
    keep_out([*secrets_in(data, typed), *secrets_named_so(data, declared)])


def deleted(slug: str, name: str) -> Script[None]:
    """Delete the document of a type with this name; raises ValueError when there is none."""

    def delete() -> None:
        document = reading().call(wire.BLOCK_READ_NAMED, wire.ByTypeAndName(block_type=slug, name=name))
        backend().call(wire.BLOCK_DELETE, wire.BlockId(document.id))

    try:
        yield Do(delete)
    except NotFound:
        raise ValueError(f"Unable to find block document named {name} for block type {slug}") from None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
