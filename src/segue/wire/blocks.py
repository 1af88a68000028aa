"""Blocks over the wire: types by slug, schemas by checksum, documents by id or by type and name."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from segue.model.blocks import BlockDocument, BlockSchema, BlockType, references
from segue.model.bounds import Instant, Offset, PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import Nothing


class PutBlockType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Makes a block type; one that has this slug is brought up to date, and keeps its id."""

    slug: str
    name: str
    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None
    #: False: a slug that is taken is refused.
    overwrite: bool = True
    #: Made by the server where none is given.
    id: Id = ""


class EditBlockType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes facts of a block type; None leaves a fact as it is."""

    ref: str
    name: str | None = None
    logo_url: str | None = None
    documentation_url: str | None = None
    description: str | None = None
    code_example: str | None = None


class ByRef(Struct, frozen=True):
    """Names one thing by its id, or by its slug or checksum."""

    ref: str


class BlockTypeQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of block types, by slug."""

    slugs: list[str] | None = None
    name_like: str | None = None
    slug_like: str | None = None
    #: Only types with a schema that has all of these capabilities.
    capabilities: list[str] | None = None
    created_after: Instant | None = None
    limit: PageSize = 50
    after: str | None = None


class BlockTypes(Struct, frozen=True, kw_only=True):
    """A page of block types."""

    items: list[BlockType]
    next: str | None = None


class PutBlockSchema(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Makes a schema of a block type, unless the type has it already."""

    #: The slug or the id of the type.
    block_type: str
    fields: dict[str, object]
    capabilities: list[str] = []
    version: str = "non-versioned"
    #: Made by the server where none is given.
    id: Id = ""


class StandardBlock(Struct, frozen=True, kw_only=True):
    """A type that comes with Segue, and its schema, as they are made known by whoever first saves a block of it."""

    type: PutBlockType
    schema: PutBlockSchema


class StandardBlocks(Struct, frozen=True, kw_only=True):
    """The types that come with Segue, by slug."""

    items: list[StandardBlock]


class BlockSchemaQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of block schemas, newest first."""

    block_type: str | None = None
    capabilities: list[str] | None = None
    limit: PageSize = 50
    after: str | None = None


class BlockSchemas(Struct, frozen=True, kw_only=True):
    """A page of block schemas."""

    items: list[BlockSchema]
    next: str | None = None


class SaveBlock(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Saves a document; a name that its type has already is refused, or overwritten under the id it has."""

    name: str
    block_type: str
    data: dict[str, object]
    #: The checksum or the id of a schema; by default the newest of the type.
    block_schema: str | None = None
    overwrite: bool = False
    #: Made by the server where none is given.
    id: Id = ""

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over: the documents that are named must not go meanwhile."""
        return _documents(references(self.data))


class EditBlock(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a document. What stands masked in `data` keeps the secret it has."""

    id: Id
    data: dict[str, object] | None = None
    name: str | None = None
    block_schema: str | None = None
    #: False: `data` takes the place of all that was there.
    merge: bool = True

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return _documents([self.id, *references(self.data)])


class BlockId(Struct, frozen=True):
    """Names one document by id."""

    id: Id

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return _documents([self.id])


def _documents(ids: Iterable[str]) -> list[tuple[str, str]]:
    return [("block_document", id) for id in sorted(set(ids))]


class ByTypeAndName(Struct, frozen=True):
    """Names one document by the slug of its type and its name."""

    block_type: str
    name: str


class TryBlock(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Sends a message through a saved block that notifies, or calls the webhook that it holds."""

    id: Id
    subject: str = "Test of a notification"
    #: By default a sentence that says who tries what.
    body: str | None = None


class Tried(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How that went."""

    sent: bool
    #: What the other side answered, or why it was not reached.
    detail: str
    #: The status of an HTTP answer, where it is known.
    status: int | None = None


class BlockQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of documents, newest first unless `sort` says otherwise."""

    ids: list[Id] | None = None
    names: list[str] | None = None
    name_like: str | None = None
    block_types: list[str] | None = None
    capabilities: list[str] | None = None
    created_after: Instant | None = None
    #: `name`, `type-name` (by type, and then by name) or `created`; a leading `-` turns the order round.
    sort: str = "-created"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class BlockDocuments(Struct, frozen=True, kw_only=True):
    """A page of documents, secrets masked."""

    items: list[BlockDocument]
    next: str | None = None


_R, _RUN, _E = Access.READ, Access.RUN, Access.EDIT
_READ, _NOW = Durability.READ, Durability.NOW

BLOCK_TYPE_PUT = Operation("block-types.put", "POST", "/block-types", PutBlockType, BlockType, _E, _NOW)
BLOCK_TYPE_READ = Operation("block-types.read", "GET", "/block-types/{ref}", ByRef, BlockType, _R, _READ)
BLOCK_TYPE_LIST = Operation(
    "block-types.list", "POST", "/block-types/list", BlockTypeQuery, BlockTypes, _R, _READ, get="/block-types"
)
BLOCK_TYPE_COUNT = Operation("block-types.count", "POST", "/block-types/count", BlockTypeQuery, Count, _R, _READ)
BLOCK_TYPE_EDIT = Operation("block-types.edit", "PATCH", "/block-types/{ref}", EditBlockType, BlockType, _E, _NOW)
BLOCK_TYPE_DELETE = Operation("block-types.delete", "DELETE", "/block-types/{ref}", ByRef, Nothing, _E, _NOW)

BLOCK_TYPE_STANDARD = Operation(
    "block-types.standard", "GET", "/standard-block-types", Nothing, StandardBlocks, _R, Durability.SELF,
    says="Return the block types that come with Segue; they are made known when a block of them is first saved.",
)  # fmt: skip

BLOCK_SCHEMA_PUT = Operation("block-schemas.put", "POST", "/block-schemas", PutBlockSchema, BlockSchema, _E, _NOW)
BLOCK_SCHEMA_READ = Operation("block-schemas.read", "GET", "/block-schemas/{ref}", ByRef, BlockSchema, _R, _READ)
BLOCK_SCHEMA_LIST = Operation(
    "block-schemas.list", "POST", "/block-schemas/list", BlockSchemaQuery, BlockSchemas, _R, _READ, get="/block-schemas"
)
BLOCK_SCHEMA_DELETE = Operation("block-schemas.delete", "DELETE", "/block-schemas/{ref}", ByRef, Nothing, _E, _NOW)

BLOCK_SAVE = Operation("block-documents.save", "POST", "/block-documents", SaveBlock, BlockDocument, _E, _NOW)
BLOCK_READ = Operation("block-documents.read", "GET", "/block-documents/{id}", BlockId, BlockDocument, _R, _READ)
BLOCK_READ_NAMED = Operation(
    "block-documents.read-named", "GET", "/block-types/{block_type}/block-documents/{name}", ByTypeAndName, BlockDocument,
    _R, _READ,
)  # fmt: skip
#: Reads a document with its secrets, which is an event: so it is a write.
BLOCK_REVEAL = Operation(
    "block-documents.reveal", "POST", "/block-documents/{id}/reveal", BlockId, BlockDocument, _RUN, _NOW, secret=True
)
BLOCK_LIST = Operation(
    "block-documents.list",
    "POST",
    "/block-documents/list",
    BlockQuery,
    BlockDocuments,
    _R,
    _READ,
    get="/block-documents",
)
BLOCK_COUNT = Operation(
    "block-documents.count",
    "POST",
    "/block-documents/count",
    BlockQuery,
    Count,
    _R,
    _READ,
    get="/block-documents/count",
)
BLOCK_EDIT = Operation("block-documents.edit", "PATCH", "/block-documents/{id}", EditBlock, BlockDocument, _E, _NOW)
BLOCK_DELETE = Operation("block-documents.delete", "DELETE", "/block-documents/{id}", BlockId, Nothing, _E, _NOW)
BLOCK_TRY = Operation(
    "block-documents.test", "POST", "/block-documents/{id}/test", TryBlock, Tried, _RUN, Durability.SELF,
    says="Send a message through a saved block, now, and return how that went; raises `NotFound`, `SecretKeyProblem`, and "
    "`BadRequest` for a block that nothing can be sent through.",
)  # fmt: skip
