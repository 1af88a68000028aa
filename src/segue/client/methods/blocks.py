"""Block types, schemas and documents: made, read, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec

from segue.backend.pages import every_item
from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.actions import (
    BlockDocumentCreate,
    BlockDocumentUpdate,
    BlockSchemaCreate,
    BlockTypeCreate,
    BlockTypeUpdate,
)
from segue.client.schemas.blocks import BlockDocument, BlockSchema, BlockType
from segue.client.schemas.sorting import BlockDocumentSort
from segue.host.ids import new_id
from segue.model import blocks as model
from segue.wire import blocks as w

#: Things of one page, and of one answer without a `limit`.
_PAGE = 200
_ORDERS = {
    BlockDocumentSort.NAME_ASC: "name",
    BlockDocumentSort.NAME_DESC: "-name",
    BlockDocumentSort.BLOCK_TYPE_AND_NAME_ASC: "type-name",
}


class BlockMethods(Calls):
    """What can be done with blocks."""

    # --- types ------------------------------------------------------------------------------------------------------

    def create_block_type(self, block_type: BlockTypeCreate) -> BlockType:
        """Make a block type; raises ObjectAlreadyExists."""
        facts = msgspec.structs.asdict(block_type)
        return BlockType.of(self._call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), overwrite=False, **facts)))

    def read_block_type_by_slug(self, slug: str) -> BlockType:
        """Return a block type; raises ObjectNotFound."""
        return self._type(slug)

    def read_block_types(self) -> list[BlockType]:
        """Return all block types, by slug."""
        return [BlockType.of(each) for each in self._types()]

    def update_block_type(self, block_type_id: UUID | str, block_type: BlockTypeUpdate) -> None:
        """Change what describes a block type; raises ObjectNotFound."""
        edit = w.EditBlockType(ref=id_text(block_type_id), **msgspec.structs.asdict(block_type))
        self._call(w.BLOCK_TYPE_EDIT, edit)

    def delete_block_type(self, block_type_id: UUID | str) -> None:
        """Delete a block type with its schemas and documents; raises ObjectNotFound."""
        self._call(w.BLOCK_TYPE_DELETE, w.ByRef(id_text(block_type_id)))

    def _type(self, ref: str) -> BlockType:
        return BlockType.of(self._call(w.BLOCK_TYPE_READ, w.ByRef(ref)))

    def _types(self) -> Iterator[model.BlockType]:
        query = w.BlockTypeQuery(limit=_PAGE)
        return every_item(lambda asked: self._call(w.BLOCK_TYPE_LIST, asked), query)

    # --- schemas ----------------------------------------------------------------------------------------------------

    def create_block_schema(self, block_schema: BlockSchemaCreate) -> BlockSchema:
        """Make a schema, or return the same one that the type has; raises ObjectNotFound for the type."""
        put = w.PutBlockSchema(
            id=new_id(), block_type=id_text(block_schema.block_type_id), fields=block_schema.fields,
            capabilities=list(block_schema.capabilities), version=block_schema.version,
        )  # fmt: skip
        return self._schema_of(self._call(w.BLOCK_SCHEMA_PUT, put))

    def read_block_schema_by_checksum(self, checksum: str, version: str | None = None) -> BlockSchema:
        """Return a schema; raises ObjectNotFound. One checksum has one version here."""
        del version
        return self._schema_of(self._call(w.BLOCK_SCHEMA_READ, w.ByRef(checksum)))

    def read_block_schemas(self) -> list[BlockSchema]:
        """Return all schemas, newest first."""
        types = {each.id: BlockType.of(each) for each in self._types()}
        return [BlockSchema.of(each, types.get(each.block_type_id)) for each in self._schemas(None)]

    def get_most_recent_block_schema_for_block_type(self, block_type_id: UUID | str) -> BlockSchema | None:
        """Return the newest schema of a type, if it has one."""
        found = next(self._schemas(id_text(block_type_id)), None)
        return None if found is None else self._schema_of(found)

    def _schema_of(self, schema: model.BlockSchema) -> BlockSchema:
        return BlockSchema.of(schema, self._type(schema.block_type_id))

    def _schemas(self, of_type: str | None) -> Iterator[model.BlockSchema]:
        query = w.BlockSchemaQuery(block_type=of_type, limit=_PAGE)
        return every_item(lambda asked: self._call(w.BLOCK_SCHEMA_LIST, asked), query)

    # --- documents --------------------------------------------------------------------------------------------------

    def create_block_document(
        self,
        block_document: BlockDocument | BlockDocumentCreate,
        include_secrets: bool = True,  # noqa: ARG002, FBT001, FBT002 - users' word; the answer is masked either way
    ) -> BlockDocument:
        """Save a document; raises ObjectAlreadyExists for a name that its type has, ObjectNotFound for type and schema."""
        save = w.SaveBlock(
            id=new_id(), name=block_document.name or f"anonymous-{new_id()}", block_type=id_text(block_document.block_type_id),
            block_schema=id_text(block_document.block_schema_id), data=block_document.data,
        )  # fmt: skip
        (made,) = self._documents([self._call(w.BLOCK_SAVE, save)], include_secrets=False)
        return made

    def update_block_document(self, block_document_id: UUID | str, block_document: BlockDocumentUpdate) -> None:
        """Change a document; fields that are not given stay, unless `merge_existing_data=False`. Raises ObjectNotFound."""
        schema = block_document.block_schema_id
        edit = w.EditBlock(
            id=id_text(block_document_id), data=block_document.data, merge=block_document.merge_existing_data,
            block_schema=None if schema is None else id_text(schema),
        )  # fmt: skip
        self._call(w.BLOCK_EDIT, edit)

    def delete_block_document(self, block_document_id: UUID | str) -> None:
        """Delete a document; raises ObjectNotFound."""
        self._call(w.BLOCK_DELETE, w.BlockId(id_text(block_document_id)))

    def read_block_document(self, block_document_id: UUID | str, include_secrets: bool = True) -> BlockDocument:  # noqa: FBT001, FBT002 - users' word
        """Return a document; that secrets were read is an event. Raises ObjectNotFound."""
        found = self._call(w.BLOCK_READ, w.BlockId(id_text(block_document_id)))
        return self._documents([found], include_secrets=include_secrets)[0]

    def read_block_document_by_name(
        self,
        name: str,
        block_type_slug: str,
        include_secrets: bool = True,  # noqa: FBT001, FBT002 - users' word
    ) -> BlockDocument:
        """Return a document by its name and type; raises ObjectNotFound."""
        found = self._call(w.BLOCK_READ_NAMED, w.ByTypeAndName(block_type=block_type_slug, name=name))
        return self._documents([found], include_secrets=include_secrets)[0]

    def read_block_documents(
        self,
        block_schema_type: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        include_secrets: bool = True,  # noqa: FBT001, FBT002 - users' word
        sort: BlockDocumentSort | str = BlockDocumentSort.NAME_ASC,
    ) -> list[BlockDocument]:
        """Return documents, of those types that can do a thing where it is named, by name unless `sort` says otherwise.

        200 without a `limit`.
        """
        capabilities = None if block_schema_type is None else [block_schema_type]
        query = w.BlockQuery(
            capabilities=capabilities, sort=_ORDERS[BlockDocumentSort(sort)], offset=offset or 0,
            limit=_PAGE if limit is None else limit,
        )  # fmt: skip
        return self._found(query, include_secrets=include_secrets)

    def read_block_documents_by_type(
        self,
        block_type_slug: str,
        offset: int | None = None,
        limit: int | None = None,
        include_secrets: bool = True,  # noqa: FBT001, FBT002 - users' word
    ) -> list[BlockDocument]:
        """Return the documents of a type, by name; 200 without a `limit`."""
        query = w.BlockQuery(
            block_types=[block_type_slug], sort="name", offset=offset or 0, limit=_PAGE if limit is None else limit
        )
        return self._found(query, include_secrets=include_secrets)

    def _found(self, query: w.BlockQuery, *, include_secrets: bool) -> list[BlockDocument]:
        # A list leaves what is inside as it is; read one by one, documents come whole.
        page = self._call(w.BLOCK_LIST, query).items
        return self._documents(
            (self._call(w.BLOCK_READ, w.BlockId(each.id)) for each in page), include_secrets=include_secrets
        )

    def _documents(self, found: Iterable[model.BlockDocument], *, include_secrets: bool) -> list[BlockDocument]:
        types: dict[str, BlockType] = {}
        schemas: dict[str, BlockSchema] = {}
        made: list[BlockDocument] = []
        for document in found:
            secret = any(each.has_secrets for each in (document, *document.references.values()))
            shown = self._call(w.BLOCK_REVEAL, w.BlockId(document.id)) if secret and include_secrets else document
            for each in (shown, *shown.references.values()):
                if each.block_type_id not in types:
                    types[each.block_type_id] = self._type(each.block_type_id)
            schema_id = shown.block_schema_id
            if schema_id not in schemas:
                schema = self._call(w.BLOCK_SCHEMA_READ, w.ByRef(schema_id))
                schemas[schema_id] = BlockSchema.of(schema, types[shown.block_type_id])
            made.append(BlockDocument.of(shown, schemas[schema_id], types))
        return made
