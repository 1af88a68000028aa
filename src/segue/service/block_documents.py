"""Saved blocks: checked against their schema, secrets encrypted with keys that the database does not have."""

from __future__ import annotations

import msgspec

from segue.decide.blocks import (
    NAME,
    Data,
    has_secrets,
    masked,
    misfits,
    secret_paths,
    still_masked,
    unmasked,
)
from segue.host.secret_keys import SecretKeys
from segue.model import sizes
from segue.model.blocks import MASKED, BlockDocument, BlockSchema, references
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SecretKeyProblem
from segue.service.block_types import read_type, refuse_if_used, schema_of
from segue.service.happenings import changed, happened
from segue.service.identified import identified
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.store.block_rows import StoredBlock, block_document_out
from segue.store.codec import Cell, json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Param, Session
from segue.store.statements import statement
from segue.wire import blocks as wire
from segue.wire.queries import Count
from segue.wire.requests import Nothing

#: Documents that name documents that name documents …, at most.
_DEPTH = 32
_SHOWN = 5


def save(session: Session, request: wire.SaveBlock) -> BlockDocument:
    """Save a document, its secrets encrypted.

    Raises `NotFound` for a type, schema or document that it names, `AlreadyExists` for a name that is taken, `BadRequest` for data
    that does not fit the schema, `SecretKeyProblem`.
    """
    request = identified(session, request)
    _check_name(request.name)
    of_type = read_type(session, wire.ByRef(request.block_type))
    schema = schema_of(session, of_type, request.block_schema)
    taken = session.row("block_document_by_name", type_id=of_type.id, name=request.name)
    if taken is None:
        columns = _columns(session, request.id, schema, request.data, before=None)
        made = session.run(
            "block_document_insert",
            id=request.id,
            type_id=of_type.id,
            schema_id=schema.id,
            name=request.name,
            **columns,
            now=micros(session.now()),
        )
        if not made:
            raise AlreadyExists(kind=f"block of type {of_type.slug!r}", id=request.name)
        return _told(session, request.id, "created")
    id = str(taken[0])
    # The same request again is answered as the first time.
    if not request.overwrite and id != request.id:
        raise AlreadyExists(kind=f"block of type {of_type.slug!r}", id=request.name)
    return _replaced(session, id, schema, request.name, request.data)


def edit(session: Session, request: wire.EditBlock) -> BlockDocument:
    """Change a document; raises `NotFound`, `AlreadyExists` for a name that is taken, `BadRequest`, `SecretKeyProblem`."""
    known = _stored(session, request.id)
    name = known.document.name if request.name is None else request.name
    _check_name(name)
    of_type = read_type(session, wire.ByRef(known.document.block_type_id))
    taken = session.row("block_document_by_name", type_id=of_type.id, name=name)
    if taken is not None and taken[0] != request.id:
        raise AlreadyExists(kind=f"block of type {of_type.slug!r}", id=name)
    schema = schema_of(session, of_type, request.block_schema or known.document.block_schema_id)
    if request.data is None:
        data = _clear(session, known)
    else:
        data = {**_clear(session, known), **request.data} if request.merge else dict(request.data)
    return _replaced(session, request.id, schema, name, data)


def _replaced(session: Session, id: str, schema: BlockSchema, name: str, data: Data) -> BlockDocument:
    columns = _columns(session, id, schema, data, before=_stored(session, id))
    session.run("block_document_update", id=id, schema_id=schema.id, name=name, **columns, now=micros(session.now()))
    return _told(session, id, "updated")


def _columns(
    session: Session, id: str, schema: BlockSchema, data: Data, *, before: StoredBlock | None
) -> dict[str, Param]:
    """Check the data and return how it is stored; its references are stored too."""
    fits("The block", data, sizes.BLOCK)
    paths = secret_paths(schema.fields)
    if before is not None and before.sealed is not None and still_masked(data, paths):
        data = unmasked(data, _clear(session, before), paths)
    wrong = misfits(schema.fields, data)
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        message = f"The data does not fit block type {schema.block_type_slug!r}: {'; '.join(wrong[:_SHOWN])}{more}."
        raise BadRequest(message)
    if still_masked(data, paths):
        raise BadRequest(
            f"{MASKED} stands for a secret that is not shown, and there is none here yet: give the secret itself."
        )
    named = sorted(set(references(data)))
    for other in named:
        if other == id:
            raise BadRequest("A block cannot name itself.")
        _stored(session, other)
    session.run("block_references_delete", from_id=id)
    for other in named:
        session.run("block_reference_insert", from_id=id, to_id=other)
    if not has_secrets(data, paths):
        return {"data": json_text(data), "sealed": None, "key_id": None}
    sealed = _sealed(session, id, json_text(data).encode())
    return {"data": json_text(masked(data, paths)), "sealed": sealed, "key_id": sealed.split(":")[1]}


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > 500:
        message = "Block document name must only contain lowercase letters, numbers, and dashes."
        raise BadRequest(f"{message[:-1]}, not {name!r}.")


# --- secrets --------------------------------------------------------------------------------------------------------


def _keys(session: Session) -> SecretKeys:
    if session.keys is None:
        raise SecretKeyProblem("This process was given no keys for secrets.")
    return session.keys


def _sealed(session: Session, id: str, data: bytes) -> str:
    keys = _keys(session)
    # Whoever rotates the keys waits for whoever encrypts with them; see `secret_keys`.
    session.order()
    if not keys.known():
        # A new key beside secrets that other keys wrote would hide that the right one is missing.
        used = [str(row[0]) for row in session.rows("block_keys_used")]
        if used:
            message = (
                f"The secrets in this database were encrypted with key {', '.join(used)}, and there is no key here. Bring it as "
                f"SEGUE_SECRET_KEY, or as {keys.path}."
            )
            raise SecretKeyProblem(message)
    return keys.encrypt(data, about=id)


def _clear(session: Session, stored: StoredBlock) -> Data:
    document = stored.document
    if stored.sealed is None:
        return document.data
    try:
        opened = _keys(session).decrypt(stored.sealed, about=document.id)
    except SecretKeyProblem as problem:
        raise SecretKeyProblem(
            f"Block {document.block_type_slug}/{document.name} cannot be read. {problem}"
        ) from problem
    return msgspec.json.decode(opened, type=dict[str, object])


def reveal(session: Session, request: wire.BlockId) -> BlockDocument:
    """Return a document with its secrets, and those that it names with theirs; raises `NotFound`, `SecretKeyProblem`."""
    found = _whole(session, _stored(session, request.id), reveal=True)
    if found.with_secrets:
        happened(session, "segue.block-document.secrets-read", _resource(found))
    return found


def opened(session: Session, id: str) -> BlockDocument:
    """Return a document with its secrets, for the server's own use; raises `NotFound`, `SecretKeyProblem`."""
    return _whole(session, _stored(session, id), reveal=True)


def used(session: Session, told: tuple[BlockDocument, str]) -> None:
    """Record that the caller did something with a block, in the words of `segue.block.TYPE.METHOD.called`."""
    document, what = told
    happened(session, f"segue.block.{document.block_type_slug}.{what}", _resource(document))


# --- reading --------------------------------------------------------------------------------------------------------


def read(session: Session, request: wire.BlockId) -> BlockDocument:
    """Return a document, secrets masked; raises `NotFound`."""
    return _whole(session, _stored(session, request.id))


def read_named(session: Session, request: wire.ByTypeAndName) -> BlockDocument:
    """Return a document by its type's slug and its name, secrets masked; raises `NotFound`."""
    row = session.row("block_document_named", slug=request.block_type, name=request.name)
    if row is None:
        raise NotFound(kind=f"block of type {request.block_type!r}", id=request.name)
    return _whole(session, block_document_out(row))


def _stored(session: Session, id: str) -> StoredBlock:
    row = session.row("block_document_read", id=id)
    if row is None:
        raise NotFound(kind="block", id=id)
    return block_document_out(row)


def _whole(session: Session, stored: StoredBlock, *, reveal: bool = False) -> BlockDocument:
    """Put to a document those that it names, and those that they name."""
    found: dict[str, BlockDocument] = {}
    top = _shown(session, stored, reveal=reveal)
    due = sorted(set(references(top.data)))
    for _ in range(_DEPTH):
        new = [id for id in due if id not in found and id != top.id]
        if not new:
            break
        for id in new:
            found[id] = _shown(session, _stored(session, id), reveal=reveal)
        due = sorted({other for id in new for other in references(found[id].data)})
    shown = top.with_secrets or any(other.with_secrets for other in found.values())
    return msgspec.structs.replace(top, references=found, with_secrets=shown)


def _shown(session: Session, stored: StoredBlock, *, reveal: bool) -> BlockDocument:
    if not reveal or stored.sealed is None:
        return stored.document
    return msgspec.structs.replace(stored.document, data=_clear(session, stored), with_secrets=True)


def list_page(session: Session, request: wire.BlockQuery) -> wire.BlockDocuments:
    """Return a page of documents, secrets masked; what they name is left as it is."""
    where = _where(session, request)
    sort = Sort(request.sort, {"name": "d.name", "created": "d.created", "type-name": _WHOLE_NAME}, "d.id")
    sort.beyond(where, request.after)
    select = statement("block_document_select")
    rows, more = page(session, select, where, sort, request.limit, request.offset)
    items = [block_document_out(row).document for row in rows]
    return wire.BlockDocuments(items=items, next=_cursor(sort, items[-1], rows[-1][7]) if more else None)


_WHOLE_NAME = "(t.slug || '/' || d.name)"


def _cursor(sort: Sort, last: BlockDocument, created: Cell) -> str:
    keys: dict[str, Cell] = {"name": last.name, "created": created, "type-name": f"{last.block_type_slug}/{last.name}"}
    return encode_cursor(keys[sort.word], last.id)


def count_all(session: Session, request: wire.BlockQuery) -> Count:
    """Count documents."""
    source = "block_document AS d JOIN block_type AS t ON t.id = d.type_id JOIN block_schema AS s ON s.id = d.schema_id"
    return Count(count(session, source, _where(session, request)))


def _where(session: Session, request: wire.BlockQuery) -> Where:
    where = Where(session.dialect)
    where.among("d.id", request.ids)
    where.among("d.name", request.names)
    where.like("d.name", request.name_like)
    where.among("t.slug", request.block_types)
    where.compare("d.created", ">=", micros_or_none(request.created_after))
    if request.capabilities:
        where.tags("s.capabilities", every=request.capabilities)
    return where


def delete(session: Session, request: wire.BlockId) -> Nothing:
    """Delete a document; raises `NotFound`, and `InUse` when others name it."""
    document = _stored(session, request.id).document
    refuse_if_used(session, document.id, f"block {document.block_type_slug}/{document.name}")
    session.run("block_references_delete", from_id=document.id)
    session.run("block_document_delete", id=document.id)
    changed(session, "segue.block-document.deleted", _resource(document))
    return Nothing()


def _told(session: Session, id: str, what: str) -> BlockDocument:
    found = _whole(session, _stored(session, id))
    changed(session, f"segue.block-document.{what}", _resource(found))
    return found


def _resource(document: BlockDocument) -> dict[str, str]:
    return {
        "segue.resource.id": f"segue.block-document.{document.id}",
        "segue.resource.name": document.name,
        "segue.block-type.slug": document.block_type_slug,
    }


HANDLERS = dict(
    (
        pair(wire.BLOCK_SAVE, save),
        pair(wire.BLOCK_READ, read),
        pair(wire.BLOCK_READ_NAMED, read_named),
        pair(wire.BLOCK_REVEAL, reveal),
        pair(wire.BLOCK_LIST, list_page),
        pair(wire.BLOCK_COUNT, count_all),
        pair(wire.BLOCK_EDIT, edit),
        pair(wire.BLOCK_DELETE, delete),
    )
)
