"""Variables: named JSON values."""

from __future__ import annotations

from msgspec import UNSET

from segue.model import sizes
from segue.model.errors import AlreadyExists, BadRequest, NotFound
from segue.model.things import Variable
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.limits import fits
from segue.store.codec import json_or_none, json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.rows import variable_out
from segue.store.session import Session
from segue.wire.queries import Count
from segue.wire.requests import ByName, Nothing, SetVariable, VariableEdit, VariableQuery, Variables


def put(session: Session, request: SetVariable) -> Variable:
    """Set a variable; raises `AlreadyExists` without `overwrite`."""
    request = identified(session, request)
    if not request.name or len(request.name) > 255:
        message = "A variable's name has 1 to 255 characters."
        raise BadRequest(message)
    fits("The variable", request.value, sizes.VARIABLE)
    before = session.row("variable_read", name=request.name)
    known = before is not None
    if before is not None and not request.overwrite:
        if before[0] == request.id:
            # Made by this very request, whose answer was lost.
            return variable_out(before)
        raise AlreadyExists(kind="variable", id=request.name)
    session.run(
        "variable_put",
        id=request.id,
        name=request.name,
        value=json_text(request.value),
        tags=json_or_none(request.tags),
        now=micros(session.now()),
    )
    changed(session, "segue.variable.updated" if known else "segue.variable.created", _resource(request.name))
    return read(session, ByName(request.name))


def edit(session: Session, request: VariableEdit) -> Variable:
    """Change a variable; raises `NotFound`."""
    # Between the reading of what is kept and the writing nobody else may write.
    session.order()
    known = read(session, ByName(request.name))
    value = known.value if request.value is UNSET else request.value
    tags = known.tags if request.tags is None else request.tags
    return put(session, SetVariable(id=known.id, name=known.name, value=value, tags=tags, overwrite=True))


def read(session: Session, request: ByName) -> Variable:
    """Return a variable; raises `NotFound`."""
    row = session.row("variable_read", name=request.name)
    if row is None:
        raise NotFound(kind="variable", id=request.name)
    return variable_out(row)


def list_page(session: Session, request: VariableQuery) -> Variables:
    """Return a page of variables."""
    where = _where(session, request)
    sort = Sort(request.sort, {"name": "name", "created": "created", "updated": "updated"}, "name")
    sort.beyond(where, request.after)
    select = "SELECT id, name, value, tags, created, updated FROM variable"
    rows, more = page(session, select, where, sort, request.limit, request.offset)
    cell = {"name": 1, "created": 4, "updated": 5}[sort.word]
    after = encode_cursor(rows[-1][cell], str(rows[-1][1])) if more else None
    return Variables(items=[variable_out(row) for row in rows], next=after)


def count_all(session: Session, request: VariableQuery) -> Count:
    """Count variables."""
    return Count(count(session, "variable", _where(session, request)))


def delete(session: Session, request: ByName) -> Nothing:
    """Delete a variable; raises `NotFound`."""
    if session.run("variable_delete", name=request.name) == 0:
        raise NotFound(kind="variable", id=request.name)
    changed(session, "segue.variable.deleted", _resource(request.name))
    return Nothing()


def _resource(name: str) -> dict[str, str]:
    return {"segue.resource.id": f"segue.variable.{name}", "segue.resource.name": name}


def _where(session: Session, f: VariableQuery) -> Where:
    where = Where(session.dialect)
    where.like("name", f.name_like)
    where.tags("tags", every=f.tags_all)
    where.compare("created", ">=", micros_or_none(f.created_after))
    return where
