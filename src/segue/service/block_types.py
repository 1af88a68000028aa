"""Block types and the schemas they had over time."""

from __future__ import annotations

import re

import msgspec

from segue.decide.blocks import checksum
from segue.model import sizes
from segue.model.blocks import BlockSchema, BlockType
from segue.model.errors import AlreadyExists, BadRequest, InUse, NotFound
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.store.block_rows import block_schema_out, block_type_out
from segue.store.codec import json_or_none, json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import blocks as wire
from segue.wire.queries import Count
from segue.wire.requests import Nothing

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def put_type(session: Session, request: wire.PutBlockType) -> BlockType:
    """Make a block type or bring the one with this slug up to date; raises `AlreadyExists` without `overwrite`."""
    request = identified(session, request)
    if not _SLUG.fullmatch(request.slug) or len(request.slug) > 200:
        message = f"The slug of a block type has lowercase letters, numbers and dashes, not {request.slug!r}."
        raise BadRequest(message)
    if not request.name:
        raise BadRequest("A block type has a name.")
    facts = {name: getattr(request, name) for name in _FACTS}
    fits("The block type", facts, sizes.BLOCK)
    row = session.row("block_type_read", ref=request.slug)
    if row is None:
        made = session.run("block_type_insert", id=request.id, slug=request.slug, **facts, now=micros(session.now()))
        if made:
            changed(session, "segue.block-type.created", _type_resource(request.id, request.slug))
        row = session.row("block_type_read", ref=request.slug)
        if row is None:
            raise AlreadyExists(kind="block type", id=request.id)
        if made:
            return block_type_out(row)
    known = block_type_out(row)
    if not request.overwrite and known.id != request.id:
        raise AlreadyExists(kind="block type", id=request.slug)
    return _changed_type(session, known, facts)


_FACTS = ("name", "logo_url", "documentation_url", "description", "code_example")


def _changed_type(session: Session, known: BlockType, facts: dict[str, str | None]) -> BlockType:
    if all(getattr(known, name) == value for name, value in facts.items()):
        return known
    now = session.now()
    session.run("block_type_update", id=known.id, **facts, now=micros(now))
    changed(session, "segue.block-type.updated", _type_resource(known.id, known.slug))
    return read_type(session, wire.ByRef(known.id))


def read_type(session: Session, request: wire.ByRef) -> BlockType:
    """Return a block type; raises `NotFound`."""
    row = session.row("block_type_read", ref=request.ref)
    if row is None:
        raise NotFound(kind="block type", id=request.ref)
    return block_type_out(row)


def edit_type(session: Session, request: wire.EditBlockType) -> BlockType:
    """Change facts of a block type; raises `NotFound`, `TooLarge`."""
    known = read_type(session, wire.ByRef(request.ref))
    given = {name: getattr(request, name) for name in _FACTS}
    facts = {name: value if value is not None else getattr(known, name) for name, value in given.items()}
    fits("The block type", facts, sizes.BLOCK)
    return _changed_type(session, known, facts)


def list_types(session: Session, request: wire.BlockTypeQuery) -> wire.BlockTypes:
    """Return a page of block types, by slug."""
    where = _where_types(session, request)
    sort = Sort("slug", {"slug": "slug"}, "slug")
    sort.beyond(where, request.after)
    select = "SELECT id, slug, name, logo_url, documentation_url, description, code_example, created, updated FROM block_type"
    rows, more = page(session, select, where, sort, request.limit, 0)
    after = encode_cursor(rows[-1][1], str(rows[-1][1])) if more else None
    return wire.BlockTypes(items=[block_type_out(row) for row in rows], next=after)


def count_types(session: Session, request: wire.BlockTypeQuery) -> Count:
    """Count block types."""
    return Count(count(session, "block_type", _where_types(session, request)))


def _where_types(session: Session, request: wire.BlockTypeQuery) -> Where:
    where = Where(session.dialect)
    where.among("slug", request.slugs)
    where.like("name", request.name_like)
    where.like("slug", request.slug_like)
    where.compare("created", ">=", micros_or_none(request.created_after))
    if request.capabilities:
        inner = Where(session.dialect)
        inner.params = where.params
        inner.tags("s.capabilities", every=request.capabilities)
        held = " AND ".join(inner.parts + inner.sought)
        where.add(f"EXISTS (SELECT 1 FROM block_schema AS s WHERE s.type_id = block_type.id AND {held})")  # noqa: S608 - placeholders
    return where


def delete_type(session: Session, request: wire.ByRef) -> Nothing:
    """Delete a block type with its schemas and documents; raises `NotFound`, and `InUse` when another type's document names one."""
    known = read_type(session, request)
    documents = [str(row[0]) for row in session.rows("block_documents_of_type", type_id=known.id)]
    for id in documents:
        refuse_if_used(session, id, f"block type {known.slug!r}", but=known.id)
    for id in documents:
        session.run("block_references_delete", from_id=id)
        session.run("block_document_delete", id=id)
    session.run("block_schemas_of_type_delete", type_id=known.id)
    session.run("block_type_delete", id=known.id)
    changed(session, "segue.block-type.deleted", _type_resource(known.id, known.slug), documents=len(documents))
    return Nothing()


def refuse_if_used(session: Session, id: str, what: str, *, but: str | None = None) -> None:
    """Raise `InUse` when documents name this one, those of type `but` aside."""
    users = ["/".join(map(str, row[:2])) for row in session.rows("block_users", id=id) if row[2] != but]
    if users:
        raise InUse(what=what, users=", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else ""))


# --- schemas --------------------------------------------------------------------------------------------------------


def put_schema(session: Session, request: wire.PutBlockSchema) -> BlockSchema:
    """Make a schema of a block type unless the type has it; raises `NotFound` for the type, `AlreadyExists` for the id."""
    request = identified(session, request)
    fits("The schema", request.fields, sizes.BLOCK)
    of_type = read_type(session, wire.ByRef(request.block_type))
    # As it will be read again: what is no JSON is changed by the database's text.
    fields = msgspec.json.decode(json_text(request.fields), type=dict[str, object])
    known = checksum(fields)
    row = session.row("block_schema_of_type", type_id=of_type.id, ref=known)
    if row is None:
        made = session.run(
            "block_schema_insert",
            id=request.id,
            type_id=of_type.id,
            checksum=known,
            fields=json_text(fields),
            capabilities=json_or_none(sorted(request.capabilities)),
            version=request.version,
            now=micros(session.now()),
        )
        if made:
            labels = {"segue.resource.id": f"segue.block-schema.{request.id}", "segue.resource.name": known}
            changed(session, "segue.block-schema.created", labels, block_type=of_type.slug)
        row = session.row("block_schema_of_type", type_id=of_type.id, ref=known)
        if row is None:
            raise AlreadyExists(kind="block schema", id=request.id)
    return block_schema_out(row)


def read_schema(session: Session, request: wire.ByRef) -> BlockSchema:
    """Return a schema, the newest where types share its checksum; raises `NotFound`."""
    row = session.row("block_schema_read", ref=request.ref)
    if row is None:
        raise NotFound(kind="block schema", id=request.ref)
    return block_schema_out(row)


def schema_of(session: Session, of_type: BlockType, ref: str | None) -> BlockSchema:
    """Return a type's schema by id or checksum, or its newest; raises `NotFound`."""
    row = session.row("block_schema_of_type", type_id=of_type.id, ref=ref or "")
    if row is None:
        raise NotFound(kind=f"schema of block type {of_type.slug!r}", id=ref or "(any)")
    return block_schema_out(row)


def list_schemas(session: Session, request: wire.BlockSchemaQuery) -> wire.BlockSchemas:
    """Return a page of schemas, newest first."""
    where = Where(session.dialect)
    if request.block_type is not None:
        ref = where.hold(request.block_type)
        where.add(f"(t.slug = {ref} OR t.id = {ref})")
    if request.capabilities:
        where.tags("s.capabilities", every=request.capabilities)
    sort = Sort("-created", {"created": "s.created"}, "s.id")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("block_schema_select"), where, sort, request.limit, 0)
    after = encode_cursor(rows[-1][5], str(rows[-1][0])) if more else None
    return wire.BlockSchemas(items=[block_schema_out(row) for row in rows], next=after)


def delete_schema(session: Session, request: wire.ByRef) -> Nothing:
    """Delete a schema; raises `NotFound`, and `InUse` when documents have it."""
    known = read_schema(session, request)
    row = session.row("block_schema_used", id=known.id)
    if row is not None and row[0]:
        raise InUse(
            what=f"schema {known.checksum}", users=f"{int(row[0])} documents of block type {known.block_type_slug!r}"
        )
    session.run("block_schema_delete", id=known.id)
    labels = {"segue.resource.id": f"segue.block-schema.{known.id}", "segue.resource.name": known.checksum}
    changed(session, "segue.block-schema.deleted", labels, block_type=known.block_type_slug)
    return Nothing()


def _type_resource(id: str, slug: str) -> dict[str, str]:
    return {"segue.resource.id": f"segue.block-type.{slug}", "segue.resource.name": slug, "segue.block-type.id": id}


HANDLERS = dict(
    (
        pair(wire.BLOCK_TYPE_PUT, put_type),
        pair(wire.BLOCK_TYPE_READ, read_type),
        pair(wire.BLOCK_TYPE_LIST, list_types),
        pair(wire.BLOCK_TYPE_COUNT, count_types),
        pair(wire.BLOCK_TYPE_EDIT, edit_type),
        pair(wire.BLOCK_TYPE_DELETE, delete_type),
        pair(wire.BLOCK_SCHEMA_PUT, put_schema),
        pair(wire.BLOCK_SCHEMA_READ, read_schema),
        pair(wire.BLOCK_SCHEMA_LIST, list_schemas),
        pair(wire.BLOCK_SCHEMA_DELETE, delete_schema),
    )
)
