"""Blocks: types, the schemas they had over time, and saved documents; data to everybody but the code that uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from segue.model.runs import Id

#: What stands for a secret wherever it is not shown.
MASKED = "********"


class BlockType(Struct, frozen=True, kw_only=True):
    """A kind of block, known by its slug."""

    id: Id
    slug: str
    name: str
    created: datetime
    updated: datetime
    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None


class BlockSchema(Struct, frozen=True, kw_only=True):
    """What the documents of a type look like, at one time; known by the checksum of its fields."""

    id: Id
    checksum: str
    block_type_id: Id
    block_type_slug: str
    #: A JSON schema, with `secret_fields`: the paths of what is secret.
    fields: dict[str, object]
    created: datetime
    capabilities: list[str] = []
    version: str = "non-versioned"


class BlockDocument(Struct, frozen=True, kw_only=True):
    """A saved block. In its data, secrets are masked unless they were asked for, and other documents are named by `$ref`."""

    id: Id
    name: str
    block_type_id: Id
    block_type_slug: str
    block_schema_id: Id
    block_schema_checksum: str
    data: dict[str, object]
    created: datetime
    updated: datetime
    has_secrets: bool = False
    #: Whether `data` shows them.
    with_secrets: bool = False
    #: The documents that its data names, and those that theirs name, by id.
    references: dict[Id, BlockDocument] = {}


def reference(value: object) -> str | None:
    """Return the id of the document that a value stands for."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    named = value.get("$ref")
    id = named.get("block_document_id") if isinstance(named, Mapping) else None
    return id if isinstance(id, str) else None


def references(data: object) -> Iterator[str]:
    """Yield the ids of the documents that data names."""
    id = reference(data)
    if id is not None:
        yield id
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from references(value)
    elif isinstance(data, list):
        for value in data:
            yield from references(value)
