"""Saved views: filters of the page of runs under a name. A person has the own ones and those that everybody has."""

from __future__ import annotations

from typing import cast

from segue.model import sizes
from segue.model.errors import BadRequest, Forbidden, NotFound
from segue.service.happenings import changed
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.store.codec import Json, Row, instant, json_text, micros, texts_out
from segue.store.lists import Sort, Where, encode_cursor, page
from segue.store.session import Session
from segue.wire.requests import ById, Nothing
from segue.wire.saved_views import (
    VIEW_DELETE,
    VIEW_LIST,
    VIEW_SAVE,
    SavedView,
    SavedViewQuery,
    SavedViews,
    SaveView,
)

#: Of one person, and of all together: a menu that has more is none.
MOST = 200
#: Whose a view is that everybody has.
_EVERYBODY = ""


def save(session: Session, request: SaveView) -> SavedView:
    """Save a view, own or everybody's; raises `Forbidden` for everybody's without the right to edit."""
    session.order()
    name = request.name.strip()
    if not name or len(name) > 255:
        raise BadRequest("A view's name has 1 to 255 characters.", field="name")
    fits("The filters of a view", request.filters, sizes.VIEW)
    owner = _EVERYBODY if request.shared else _own(session)
    if owner == _EVERYBODY:
        _may_edit(session, "saves")
    known = session.row("saved_view_named", account_id=owner, name=name)
    if known is None:
        counted = session.row("saved_view_count", account_id=owner)
        if counted is not None and cast("int", counted[0]) >= MOST:
            raise BadRequest(f"There are {MOST} views already. Delete one that nobody needs.")
    session.run(
        "saved_view_put", id=session.new_id(), account_id=owner, name=name, filters=json_text(request.filters),
        now=micros(session.now()),
    )  # fmt: skip
    row = session.row("saved_view_named", account_id=owner, name=name)
    made = _view(cast("Row", row))
    if made.shared:
        changed(session, "segue.saved-view.updated" if known else "segue.saved-view.created", _resource(made))
    return made


def list_page(session: Session, request: SavedViewQuery) -> SavedViews:
    """Return a page of the views that the asker has."""
    where, own = Where(session.dialect), _own(session)
    shared = {None: [own, _EVERYBODY], True: [_EVERYBODY], False: [own] if own != _EVERYBODY else []}[request.shared]
    where.among("account_id", list(dict.fromkeys(shared)))
    sort = Sort("name", {"name": "name"}, "id")
    sort.beyond(where, request.after)
    select = "SELECT id, account_id, name, filters, created, updated FROM saved_view"
    rows, more = page(session, select, where, sort, request.limit, 0)
    after = encode_cursor(rows[-1][2], str(rows[-1][0])) if more else None
    return SavedViews(items=[_view(row) for row in rows], next=after)


def delete(session: Session, request: ById) -> Nothing:
    """Delete a view, own or everybody's; raises `NotFound`, and `Forbidden` for everybody's without the right to edit."""
    row = session.row("saved_view_read", id=request.id)
    # Others' views are as if they were not there.
    if row is None or row[1] not in (_EVERYBODY, _own(session)):
        raise NotFound(kind="saved view", id=request.id)
    view = _view(row)
    if view.shared:
        _may_edit(session, "deletes")
        changed(session, "segue.saved-view.deleted", _resource(view))
    session.run("saved_view_delete", id=view.id)
    return Nothing()


def _own(session: Session) -> str:
    """Return whose the asker's own views are: where there is no account, what one has all have."""
    caller = session.caller
    return (caller.account_id if caller is not None else None) or _EVERYBODY


def _may_edit(session: Session, what: str) -> None:
    caller = session.caller
    if caller is not None and caller.rights is not None and not caller.rights & {"edit", "edit:saved-views"}:
        raise Forbidden(f"Only who may edit {what} views that everybody has. Your own ones are yours to keep.")


def _resource(view: SavedView) -> dict[str, str]:
    return {"segue.resource.id": f"segue.saved-view.{view.id}", "segue.resource.name": view.name}


def _view(row: Row) -> SavedView:
    id, owner, name, filters, created, updated = cast("tuple[str, str, str, Json, int, int]", row)
    return SavedView(
        id=id,
        name=name,
        filters=texts_out(filters),
        created=instant(created),
        updated=instant(updated),
        shared=owner == _EVERYBODY,
    )


HANDLERS = dict((pair(VIEW_SAVE, save), pair(VIEW_LIST, list_page), pair(VIEW_DELETE, delete)))
