"""Block types, schemas and documents as users of the client see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import field

from segue.faces import Face, new_uuid
from segue.model import blocks


class BlockType(Face, kw_only=True):
    """A kind of block."""

    id: UUID = field(default_factory=new_uuid)
    name: str
    slug: str
    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None
    is_protected: bool = False
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, type_: blocks.BlockType) -> BlockType:
        """Make the users' form of a recorded type."""
        return cls(
            id=UUID(type_.id), name=type_.name, slug=type_.slug, logo_url=type_.logo_url, created=type_.created,
            documentation_url=type_.documentation_url, description=type_.description, code_example=type_.code_example,
            updated=type_.updated,
        )  # fmt: skip


class BlockSchema(Face, kw_only=True):
    """What the documents of a type look like, at one time."""

    id: UUID = field(default_factory=new_uuid)
    checksum: str
    fields: dict[str, object]
    block_type_id: UUID | None
    block_type: BlockType | None = None
    capabilities: list[str] = field(default_factory=list)
    version: str = "non-versioned"
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, schema: blocks.BlockSchema, block_type: BlockType | None = None) -> BlockSchema:
        """Make the users' form of a recorded schema."""
        return cls(
            id=UUID(schema.id), checksum=schema.checksum, fields=schema.fields, block_type_id=UUID(schema.block_type_id),
            block_type=block_type, capabilities=list(schema.capabilities), version=schema.version, created=schema.created,
            updated=schema.created,
        )  # fmt: skip


class BlockDocument(Face, kw_only=True):
    """A saved block, what is inside in its place; secrets are in `data` where they were asked for, else asterisks."""

    id: UUID = field(default_factory=new_uuid)
    name: str | None = None
    data: dict[str, object] = field(default_factory=dict)
    block_schema_id: UUID
    block_schema: BlockSchema | None = None
    block_type_id: UUID
    block_type_name: str | None = None
    block_type: BlockType | None = None
    #: The documents that fields stand for, by field.
    block_document_references: dict[str, dict[str, object]] = field(default_factory=dict)
    is_anonymous: bool = False
    created: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def of(cls, document: blocks.BlockDocument, schema: BlockSchema, types: Mapping[str, BlockType]) -> BlockDocument:
        """Make the users' form of a recorded document; `types` has its own and those of the documents inside, by id."""
        inside: dict[str, dict[str, object]] = {}
        for name, value in document.data.items():
            id = blocks.reference(value)
            if id is not None and id in document.references:
                inside[name] = {"block_document": _told(document.references[id], types)}
        return cls(
            id=UUID(document.id),
            name=document.name,
            data={key: _inlined(value, document.references, ()) for key, value in document.data.items()},
            block_schema_id=UUID(document.block_schema_id),
            block_schema=schema,
            block_type_id=UUID(document.block_type_id),
            block_type_name=types[document.block_type_id].name,
            block_type=types[document.block_type_id],
            block_document_references=inside,
            created=document.created,
            updated=document.updated,
        )


def _told(document: blocks.BlockDocument, types: Mapping[str, BlockType]) -> dict[str, object]:
    kind = types[document.block_type_id]
    return {"id": document.id, "name": document.name, "block_type": kind.model_dump(), "is_anonymous": False}


def _inlined(value: object, known: Mapping[str, blocks.BlockDocument], above: tuple[str, ...]) -> object:
    id = blocks.reference(value)
    if id is not None and id in known and id not in above:
        inner = {key: _inlined(item, known, (*above, id)) for key, item in known[id].data.items()}
        return {**inner, "block_type_slug": known[id].block_type_slug}
    if isinstance(value, dict):
        return {key: _inlined(item, known, above) for key, item in value.items()}
    if isinstance(value, list):
        return [_inlined(item, known, above) for item in value]
    return value
