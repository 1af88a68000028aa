"""Accounts: made, changed, read. The first is an admin's, and one admin always remains."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from segue.host.secrets import hashed
from segue.model.accounts import Account
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError
from segue.service.happenings import changed
from segue.service.pairing import pair
from segue.store.codec import Row, instant, instant_or_none, micros, micros_or_none
from segue.store.lists import Sort, Where, encode_cursor, page
from segue.store.session import Session
from segue.wire.people import USER_LIST, USER_READ, NewUser, UserEdit, UserQuery, Users
from segue.wire.requests import ByName
from segue.wire.rights import read_role

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
#: Letters that a password must have, and may have at most (what a hash takes in is bounded).
_SHORTEST, _LONGEST = 10, 256


class LastAdmin(SegueError):
    """{name} is the only admin who can sign in. Make another one first."""

    code = "users.last-admin"
    status = 409


class FirstAdmin(SegueError):
    """The first account must be an admin's: who else could make the next one? Give it the role admin."""

    code = "users.first-admin"
    status = 409


def creating(request: NewUser) -> Callable[[Session, NewUser], Account]:
    """Return the handler of this request, with the hash of the password made."""
    _check(request.name.lower(), request.password)
    return partial(_create, sealed=_sealed(request.password))


def editing(request: UserEdit) -> Callable[[Session, UserEdit], Account]:
    """Return the handler of this request, with the hash of the password made."""
    _check(request.name.lower(), request.password)
    return partial(_edit, sealed=_sealed(request.password))


def _sealed(password: str | None) -> str | None:
    return None if password is None else hashed(password)


def _check(name: str, password: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest(
            f"{name!r} is no name for an account: 1 to 64 letters a to z, digits, and . _ @ + -, beginning with a letter or digit."
        )
    if password is None:
        return
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise BadRequest(f"A password has {_SHORTEST} to {_LONGEST} letters; this one has {len(password)}.")
    if password.lower() == name:
        raise BadRequest("A password must not be the name of the account.")


def _create(session: Session, request: NewUser, *, sealed: str | None) -> Account:
    session.order()
    name, role = request.name.lower(), read_role(request.role)
    known = session.row("account_read", name=name)
    if known is not None:
        if known[0] == request.id:
            # Made by this very request, whose answer was lost.
            return _account(known)
        raise AlreadyExists(kind="user", id=name)
    if role != "admin" and not any_account(session):
        raise FirstAdmin
    session.run("account_insert", id=request.id, name=name, role=role, password=sealed, now=micros(session.now()))
    changed(session, "segue.user.created", resource_of(name), role=role)
    return read(session, ByName(name))


def _edit(session: Session, request: UserEdit, *, sealed: str | None) -> Account:
    session.order()
    before = read(session, ByName(request.name.lower()))
    now = session.now()
    role = before.role if request.role is None else read_role(request.role)
    disabled = before.disabled
    if request.disabled is not None:
        disabled = (disabled or now) if request.disabled else None
    if before.role == "admin" and before.disabled is None and (role != "admin" or disabled is not None):
        _refuse_if_last(session, before)
    kept = cast("str | None", session.row("account_by_id", id=before.id)[6])  # type: ignore[index]  # it was just read
    session.run(
        "account_update",
        id=before.id,
        role=role,
        password=sealed or kept,
        disabled=micros_or_none(disabled),
        now=micros(now),
    )
    if sealed is not None or disabled is not None:
        session.run("sign_ins_of_account_delete", account_id=before.id)
    changes: dict[str, object] = {"role": role} if role != before.role else {}
    if (disabled is None) != (before.disabled is None):
        changes["disabled"] = disabled is not None
    if sealed is not None:
        changes |= {"new_password": True}
    if changes:
        changed(session, "segue.user.updated", resource_of(before.name), **changes)
    return read(session, ByName(before.name))


def _refuse_if_last(session: Session, account: Account) -> None:
    row = session.row("admins_else", id=account.id)
    if row is None or not row[0]:
        raise LastAdmin(name=account.name)


def read(session: Session, request: ByName) -> Account:
    """Return an account; raises `NotFound`."""
    row = session.row("account_read", name=request.name.lower())
    if row is None:
        raise NotFound(kind="user", id=request.name)
    return _account(row)


def any_account(session: Session) -> bool:
    """Say whether anybody has an account, so that everybody needs one."""
    return session.row("account_any") is not None


def list_page(session: Session, request: UserQuery) -> Users:
    """Return a page of accounts, by name."""
    where = Where(session.dialect)
    where.compare("role", "=", request.role)
    where.like("name", request.name_like)
    where.compare("created", ">=", micros_or_none(request.created_after))
    if request.disabled is not None:
        where.add(f"disabled IS {'NOT ' if request.disabled else ''}NULL")
    sort = Sort("name", {"name": "name"}, "name")
    sort.beyond(where, request.after)
    select = "SELECT id, name, role, created, updated, disabled, password, last_sign_in FROM account"
    rows, more = page(session, select, where, sort, request.limit, 0)
    after = encode_cursor(rows[-1][1], str(rows[-1][1])) if more else None
    return Users(items=[_account(row) for row in rows], next=after)


def resource_of(name: str) -> dict[str, str]:
    """Return the labels of a person's account."""
    return {"segue.resource.id": f"segue.user.{name}", "segue.resource.name": name}


def _account(row: Row) -> Account:
    id, name, role, created, updated, disabled, password, signed_in = cast(
        "tuple[str, str, str, int, int, int | None, str | None, int | None]", row
    )
    return Account(
        id=id,
        name=name,
        role=role,
        created=instant(created),
        updated=instant(updated),
        disabled=instant_or_none(disabled),
        has_password=password is not None,
        last_sign_in=instant_or_none(signed_in),
    )


HANDLERS = dict((pair(USER_READ, read), pair(USER_LIST, list_page)))

#: Handlers that are made for each request: what takes long is done before the database is waited for.
SLOW: dict[str, Callable[[Any], Callable[[Session, Any], Any]]] = {"users.create": creating, "users.edit": editing}
