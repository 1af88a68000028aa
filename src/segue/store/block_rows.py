"""Rows out: block types, schemas and documents from the columns of their statements, in their order."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from segue.model.blocks import BlockDocument, BlockSchema, BlockType
from segue.store.codec import Json, Row, instant, map_out, words_out


def block_type_out(row: Row) -> BlockType:
    """Build a block type from a row of `block_type_read`."""
    id, slug, name, logo_url, documentation_url, description, code_example, created, updated = cast(
        "tuple[str, str, str, str | None, str | None, str | None, str | None, int, int]", row
    )
    return BlockType(
        id=id, slug=slug, name=name, logo_url=logo_url, documentation_url=documentation_url, description=description,
        code_example=code_example, created=instant(created), updated=instant(updated),
    )  # fmt: skip


def block_schema_out(row: Row) -> BlockSchema:
    """Build a schema from a row of `block_schema_select`."""
    id, checksum, type_id, slug, fields, created, capabilities, version = cast(
        "tuple[str, str, str, str, Json, int, Json | None, str]", row
    )
    return BlockSchema(
        id=id, checksum=checksum, block_type_id=type_id, block_type_slug=slug, fields=map_out(fields), created=instant(created),
        capabilities=words_out(capabilities), version=version,
    )  # fmt: skip


class StoredBlock(Struct, frozen=True):
    """A document as it is stored: masked, with what was encrypted beside it."""

    document: BlockDocument
    sealed: str | None
    #: Its schema's.
    fields: dict[str, object]


def block_document_out(row: Row) -> StoredBlock:
    """Build a document from a row of `block_document_select`."""
    id, name, type_id, slug, schema_id, checksum, data, created, updated, sealed, fields = cast(
        "tuple[str, str, str, str, str, str, Json, int, int, str | None, Json]", row
    )
    document = BlockDocument(
        id=id, name=name, block_type_id=type_id, block_type_slug=slug, block_schema_id=schema_id, block_schema_checksum=checksum,
        data=map_out(data), created=instant(created), updated=instant(updated), has_secrets=sealed is not None,
    )  # fmt: skip
    return StoredBlock(document, sealed, map_out(fields))
