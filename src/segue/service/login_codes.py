"""Codes by which a program gets a key for the person who is signed in to a browser (the idea of RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import cast

from segue.decide.signing_in import CODE_LASTS, LOGIN_LASTS
from segue.host.secrets import digest, new_token, same
from segue.model.callers import Caller
from segue.model.errors import BadRequest, Forbidden, Unauthorized
from segue.model.states import Actor
from segue.model.tokens import CODE, KEY, hint_of, is_token
from segue.service.happenings import changed
from segue.service.keys import read_any, resource_of_key
from segue.service.pairing import pair
from segue.store.codec import json_text, micros
from segue.store.session import Session
from segue.wire.people import CODE_CREATE, CODE_EXCHANGE, Code, Exchange, MadeKey, NewCode

#: The means by which keys are made here: `segue logout` revokes those, and leaves others alone.
LOGIN = "login"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class NoSuchCode(Unauthorized):
    """This code is not good, or not any more. Begin again with `segue login`."""

    code = "login.no-such-code"


def create(session: Session, request: NewCode) -> Code:
    """Make a code for a person who is signed in to a browser; raises `Forbidden` for a key, which makes keys without."""
    caller = session.caller
    if caller is None or caller.sign_in_id is None or caller.account_id is None:
        raise Forbidden("A code is made for a person who is signed in to a browser.")
    if not _CHALLENGE.fullmatch(request.challenge):
        raise BadRequest("A challenge is a SHA-256 in URL-safe base64: 43 letters.")
    if not request.name or len(request.name) > 255:
        raise BadRequest("A key's name has 1 to 255 characters.")
    code = new_token(CODE)
    session.run(
        "login_code_put", digest=digest(code), account_id=caller.account_id, challenge=request.challenge, name=request.name,
        expires=micros(session.now() + CODE_LASTS),
    )  # fmt: skip
    return Code(code)


def exchange(session: Session, request: Exchange) -> MadeKey:
    """Give a key for a code, once; raises `NoSuchCode`."""
    session.order()
    now = session.now()
    row = session.row("login_code_take", digest=digest(request.code)) if is_token(request.code, CODE) else None
    if row is None:
        raise NoSuchCode
    account_id, challenge, name, expires = cast("tuple[str, str, str, int]", row)
    proof = base64.urlsafe_b64encode(hashlib.sha256(request.verifier.encode()).digest()).decode().rstrip("=")
    account = session.row("account_by_id", id=account_id)
    if expires <= micros(now) or not same(proof, challenge) or account is None or account[5] is not None:
        raise NoSuchCode
    # Who asks has proven nothing but this: it is the person who made the code.
    person = Actor(kind="user", name=str(account[1]), means=LOGIN)
    session.caller = Caller(actor=person, proven=True, account_id=account_id)
    id, key = session.new_id(), new_token(KEY)
    session.run(
        "api_key_insert", id=id, name=_free(session, account_id, name), digest=digest(key), hint=hint_of(key),
        account_id=account_id, role=None, scopes=None, now=micros(now), created_by=json_text(person),
        expires=micros(now + LOGIN_LASTS),
    )  # fmt: skip
    made = read_any(session, id)
    changed(session, "segue.key.created", resource_of_key(made), user=made.user)
    return MadeKey(facts=made, key=key)


def _free(session: Session, account_id: str, name: str) -> str:
    """Return a name that no key of the person has: this one, or it with a number."""
    number, now = 1, micros(session.now())
    while True:
        found = name if number == 1 else f"{name} {number}"
        if session.row("api_key_named", name=found, owner=account_id, now=now) is None:
            return found
        number += 1


HANDLERS = dict((pair(CODE_CREATE, create), pair(CODE_EXCHANGE, exchange)))
