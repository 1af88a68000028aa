"""Sign-ins: the browsers in which people signed in, listed and ended."""

from __future__ import annotations

from typing import cast

from segue.decide.signing_in import IDLE
from segue.model.accounts import SignIn
from segue.model.errors import NotFound
from segue.service.accounts import resource_of
from segue.service.happenings import changed
from segue.service.keys import is_admin
from segue.service.pairing import pair
from segue.store.codec import Row, instant, micros
from segue.store.lists import Sort, Where, encode_cursor, page
from segue.store.session import Session
from segue.wire.people import SIGN_IN_END, SIGN_IN_LIST, SignInQuery, SignIns
from segue.wire.requests import ById, Nothing


def list_page(session: Session, request: SignInQuery) -> SignIns:
    """Return a page of the sign-ins that are valid, newest first."""
    where, caller, now = Where(session.dialect), session.caller, session.now()
    if not is_admin(caller):
        where.compare("s.account_id", "=", (caller.account_id if caller is not None else None) or "")
    where.compare("a.name", "=", request.user)
    where.compare("s.expires", ">", micros(now))
    where.compare("s.last_used", ">", micros(now - IDLE))
    sort = Sort("-id", {"id": "s.id"}, "s.id")
    sort.beyond(where, request.after)
    select = (
        "SELECT s.id, a.name, s.created, s.last_used, s.expires, s.address, s.agent FROM sign_in AS s "
        "INNER JOIN account AS a ON a.id = s.account_id"
    )
    rows, more = page(session, select, where, sort, request.limit, 0)
    after = encode_cursor(str(rows[-1][0]), str(rows[-1][0])) if more else None
    return SignIns(items=[_sign_in(row) for row in rows], next=after)


def end(session: Session, request: ById) -> Nothing:
    """End a sign-in, own or for an admin; raises `NotFound`."""
    row, caller = session.row("sign_in_read", id=request.id), session.caller
    if row is None or not (is_admin(caller) or (caller is not None and row[1] == caller.account_id)):
        raise NotFound(kind="sign-in", id=request.id)
    session.run("sign_in_delete", id=request.id)
    changed(session, "segue.user.signed-out", resource_of(str(row[2])), sign_in=request.id)
    return Nothing()


def _sign_in(row: Row) -> SignIn:
    id, user, created, last_used, expires, address, agent = cast(
        "tuple[str, str, int, int, int, str | None, str | None]", row
    )
    return SignIn(
        id=id,
        user=user,
        created=instant(created),
        last_used=instant(last_used),
        expires=instant(expires),
        address=address,
        agent=agent,
    )


HANDLERS = dict((pair(SIGN_IN_LIST, list_page), pair(SIGN_IN_END, end)))
