"""API keys: made, read, revoked. A person may look after the own ones, with at most the own rights."""

from __future__ import annotations

from typing import cast

from segue.host.secrets import digest, new_token
from segue.model.accounts import Account, ApiKey
from segue.model.callers import Caller
from segue.model.errors import AlreadyExists, BadRequest, Forbidden, NotFound
from segue.model.runs import Id
from segue.model.tokens import KEY, hint_of
from segue.service import accounts
from segue.service.happenings import changed
from segue.service.pairing import pair
from segue.store.codec import (
    Json,
    Row,
    actor_out,
    instant,
    instant_or_none,
    json_or_none,
    json_text,
    micros,
    micros_or_none,
    words_out,
)
from segue.store.lists import Sort, Where, encode_cursor, page
from segue.store.session import Session
from segue.wire.people import KEY_CREATE, KEY_LIST, KEY_READ, KEY_REVOKE, KeyQuery, Keys, MadeKey, NewKey
from segue.wire.requests import ById, ByName, Nothing
from segue.wire.rights import POOL, read_role, read_scopes, rights

#: The role of a program's key where none was said.
_PROGRAM = "operator"


def is_admin(caller: Caller | None) -> bool:
    """Say whether the caller may look after what is others'."""
    return caller is None or caller.rights is None or "admin" in caller.rights


def create(session: Session, request: NewKey) -> MadeKey:
    """Make a key; asked again while it was never used, a new secret takes the place of the one whose answer was lost.

    Raises `AlreadyExists`, `NotFound` for an account that is not there.
    """
    session.order()
    caller, now = session.caller, session.now()
    if not request.name or len(request.name) > 255:
        raise BadRequest("A key's name has 1 to 255 characters.")
    if request.expires is not None and request.expires <= now:
        raise BadRequest(f"A key that expires at {request.expires.isoformat()} would never be valid.")
    owner = _owner(session, request.user)
    role = None if request.role is None else read_role(request.role)
    if owner is None:
        role = role or _PROGRAM
    scopes = read_scopes(request.scopes)
    _refuse_more(session, caller, owner, role, scopes, request)
    key = new_token(KEY)
    known = session.row("api_key_read", id=request.id)
    if known is not None:
        _renew(session, known, key)
        return MadeKey(facts=read_any(session, request.id), key=key)
    name = {"name": request.name, "owner": owner.id if owner is not None else ""}
    if session.row("api_key_named", **name, now=micros(now)) is not None:
        raise AlreadyExists(kind="key", id=request.name)
    session.run(
        "api_key_insert", id=request.id, name=request.name, digest=digest(key), hint=hint_of(key),
        account_id=owner.id if owner is not None else None, role=role, scopes=json_or_none(scopes), now=micros(now),
        created_by=json_text(caller.actor) if caller is not None else None, expires=micros_or_none(request.expires),
    )  # fmt: skip
    made = read_any(session, request.id)
    changed(session, "segue.key.created", resource_of_key(made), user=made.user, role=made.role, scopes=made.scopes)
    return MadeKey(facts=made, key=key)


def _owner(session: Session, user: str | None) -> Account | None:
    """Return whose key it will be; None for a program's own."""
    caller = session.caller
    if user is not None:
        account = accounts.read(session, ByName(user))
        if not is_admin(caller) and (caller is None or account.id != caller.account_id):
            raise Forbidden("Only an admin makes keys for somebody else.")
        return account
    if is_admin(caller):
        return None
    row = session.row("account_by_id", id=caller.account_id if caller is not None else None)
    if row is None:
        raise Forbidden("A program's key makes no further keys; an admin does.")
    return accounts.read(session, ByName(str(row[1])))


def _refuse_more(
    session: Session, caller: Caller | None, owner: Account | None, role: str | None, scopes: list[str], request: NewKey
) -> None:
    """Refuse a key that could do more, or for longer, than whoever makes it."""
    if caller is None or caller.rights is None:
        return
    if caller.lease_id is not None:
        raise Forbidden("A run makes no keys.")
    wanted = rights(owner.role if owner is not None else role or _PROGRAM, at_most=role, scopes=scopes)
    # A pool takes away: whoever may do something anywhere may let a key do it there. Who is confined to some makes no keys.
    wanted = frozenset(right for right in wanted if not right.startswith(POOL))
    if not is_admin(caller) and not wanted <= caller.rights:
        raise Forbidden(
            f"The key would have rights that you have not ({', '.join(sorted(wanted - caller.rights))}). Give it a role or scopes."
        )
    mine = session.row("api_key_read", id=caller.key_id) if caller.key_id is not None else None
    ends = cast("int | None", mine[8]) if mine is not None else None
    if ends is not None and (request.expires is None or micros(request.expires) > ends):
        raise Forbidden(f"The key must expire no later than yours: {instant(ends).isoformat()}.")


def _renew(session: Session, known: Row, key: str) -> None:
    if known[9] is not None or known[10] is not None:
        raise AlreadyExists(kind="key", id=known[0])
    session.run("api_key_renew", id=str(known[0]), digest=digest(key), hint=hint_of(key))


def read(session: Session, request: ById) -> ApiKey:
    """Return a key, own or for an admin; raises `NotFound`."""
    return _key(_own(session, request.id))


def read_any(session: Session, id: Id) -> ApiKey:
    """Return a key, whosever; raises `NotFound`."""
    row = session.row("api_key_read", id=id)
    if row is None:
        raise NotFound(kind="key", id=id)
    return _key(row)


def _own(session: Session, id: Id) -> Row:
    row, caller = session.row("api_key_read", id=id), session.caller
    # Others' keys are as if they were not there.
    if row is None or not (
        is_admin(caller) or (row[11] is not None and caller is not None and row[11] == caller.account_id)
    ):
        raise NotFound(kind="key", id=id)
    return row


def list_page(session: Session, request: KeyQuery) -> Keys:
    """Return a page of keys, newest first."""
    where, caller = Where(session.dialect), session.caller
    if not is_admin(caller):
        where.compare("k.account_id", "=", (caller.account_id if caller is not None else None) or "")
    where.compare("a.name", "=", request.user)
    where.compare("k.name", "=", request.name)
    where.compare("k.created", ">=", micros_or_none(request.created_after))
    if request.valid is not None:
        now = where.hold(micros(session.now()))
        alive = f"(k.revoked IS NULL AND (k.expires IS NULL OR k.expires > {now}) AND a.disabled IS NULL)"
        where.add(alive if request.valid else f"NOT {alive}")
    sort = Sort("-id", {"id": "k.id"}, "k.id")
    sort.beyond(where, request.after)
    select = (
        "SELECT k.id, k.name, k.hint, k.created, k.created_by, a.name, k.role, k.scopes, k.expires, k.revoked, k.last_used, "
        "k.account_id FROM api_key AS k LEFT JOIN account AS a ON a.id = k.account_id"
    )
    rows, more = page(session, select, where, sort, request.limit, 0)
    return Keys(
        items=[_key(row) for row in rows], next=encode_cursor(str(rows[-1][0]), str(rows[-1][0])) if more else None
    )


def revoke(session: Session, request: ById) -> Nothing:
    """Let a key never be taken again; it stays in the list, so that its doings keep their name. Raises `NotFound`."""
    key = _key(_own(session, request.id))
    if session.run("api_key_revoke", id=key.id, now=micros(session.now())):
        changed(session, "segue.key.revoked", resource_of_key(key), user=key.user)
    return Nothing()


def resource_of_key(key: ApiKey) -> dict[str, str]:
    """Return the labels of a key."""
    return {"segue.resource.id": f"segue.key.{key.id}", "segue.resource.name": key.name}


def _key(row: Row) -> ApiKey:
    id, name, hint, created, created_by = cast("tuple[str, str, str, int, Json | None]", row[:5])
    user, role, scopes = cast("tuple[str | None, str | None, Json | None]", row[5:8])
    expires, revoked, last_used = cast("tuple[int | None, int | None, int | None]", row[8:11])
    return ApiKey(
        id=id,
        name=name,
        hint=hint,
        created=instant(created),
        created_by=actor_out(created_by),
        user=user,
        role=role,
        scopes=words_out(scopes),
        expires=instant_or_none(expires),
        revoked=instant_or_none(revoked),
        last_used=instant_or_none(last_used),
    )


HANDLERS = dict((pair(KEY_CREATE, create), pair(KEY_READ, read), pair(KEY_LIST, list_page), pair(KEY_REVOKE, revoke)))
