"""Who it is that shows a key, the cookie of a sign-in or the token of a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct

from segue.decide.signing_in import IDLE
from segue.host.secrets import digest, same
from segue.model.callers import Caller
from segue.model.errors import Unauthorized
from segue.model.runs import Id
from segue.model.states import Actor
from segue.model.tokens import KEY, RUN, SIGN_IN, is_token
from segue.store.codec import Json, actor_out, instant, instant_or_none, micros, words_out
from segue.store.session import Session
from segue.wire.rights import rights

#: What was used less than this ago is not written down again.
FRESH = timedelta(minutes=1)
_AGAIN = "`segue login` gets a new one."


class Identity(Struct, frozen=True, kw_only=True):
    """Somebody who proved who they are."""

    #: `key`, `session` or `run`.
    by: str
    actor: Actor
    rights: frozenset[str]
    role: str | None = None
    account_id: Id | None = None
    key_id: Id | None = None
    sign_in_id: Id | None = None
    lease_id: Id | None = None
    #: When it ends by itself.
    until: datetime | None = None
    #: Whether its use is to be written down again.
    stale: bool = False

    def caller(self, means: str, reason: str | None) -> Caller:
        """Return who asks, as handlers see it."""
        return Caller(
            actor=Actor(kind=self.actor.kind, name=self.actor.name, id=self.actor.id, means=means),
            reason=reason,
            proven=True,
            rights=self.rights,
            account_id=self.account_id,
            key_id=self.key_id,
            sign_in_id=self.sign_in_id,
            lease_id=self.lease_id,
        )


def identify(session: Session, token: str) -> Identity:
    """Return who shows this; raises `Unauthorized` that says what is wrong with it."""
    if is_token(token, KEY):
        return _of_key(session, token)
    if is_token(token, SIGN_IN):
        return _of_sign_in(session, token)
    if is_token(token, RUN):
        return _of_run(session, token)
    raise Unauthorized(f"What was shown is no API key of Segue's: a key begins with {KEY!r}.")


def _of_key(session: Session, token: str) -> Identity:
    shown = digest(token)
    row = session.row("known_key", digest=shown)
    if row is None or not same(str(row[2]), shown):
        raise Unauthorized(f"This server does not know the API key. {_AGAIN}")
    id, name, _, role, scopes = cast("tuple[str, str, str, str | None, Json | None]", row[:5])
    expires, revoked, last_used = cast("tuple[int | None, int | None, int | None]", row[5:8])
    account_id, user, user_role, disabled = cast("tuple[str | None, str | None, str | None, int | None]", row[8:])
    now = session.now()
    if revoked is not None:
        raise Unauthorized(f"The API key {name!r} was revoked. {_AGAIN}")
    if expires is not None and expires <= micros(now):
        raise Unauthorized(f"The API key {name!r} expired at {instant(expires).isoformat()}. {_AGAIN}")
    if disabled is not None:
        raise Unauthorized(f"The account {user!r} is disabled. An admin can enable it.")
    if user is None and account_id is None:
        actor, held = Actor(kind="key", name=name, id=id), rights(role or "", scopes=words_out(scopes))
    else:
        actor = Actor(kind="user", name=user or "")
        held = rights(user_role or "", at_most=role, scopes=words_out(scopes))
    return Identity(
        by="key",
        actor=actor,
        rights=held,
        role=user_role or role,
        account_id=account_id,
        key_id=id,
        until=instant_or_none(expires),
        stale=last_used is None or last_used < micros(now - FRESH),
    )


def _of_sign_in(session: Session, token: str) -> Identity:
    shown = digest(token)
    row = session.row("known_sign_in", digest=shown)
    if row is None or not same(str(row[1]), shown):
        raise Unauthorized("You are signed out.")
    id, _, last_used, expires, account_id, user, role, disabled = cast(
        "tuple[str, str, int, int, str, str, str, int | None]", row
    )
    now = session.now()
    if expires <= micros(now) or last_used <= micros(now - IDLE) or disabled is not None:
        raise Unauthorized("You are signed out.")
    return Identity(
        by="session",
        actor=Actor(kind="user", name=user),
        rights=rights(role),
        role=role,
        account_id=account_id,
        sign_in_id=id,
        until=min(instant(expires), instant(last_used) + IDLE),
        stale=last_used < micros(now - FRESH),
    )


def _of_run(session: Session, token: str) -> Identity:
    shown = digest(token)
    row = session.row("known_run", digest=shown)
    if row is None or not same(str(row[0]), shown):
        raise Unauthorized("This server does not know the run any more.")
    _, lease_id, actor, held = cast("tuple[str, str, Json | None, Json | None]", row)
    return Identity(
        by="run",
        actor=actor_out(actor) or Actor(kind="flow-run", name=lease_id, id=lease_id),
        rights=frozenset(words_out(held)) - {"admin"},
        lease_id=lease_id,
    )


def note_use(session: Session, identity: Identity) -> None:
    """Write down that a key or a sign-in was used just now."""
    now = session.now()
    at = {"now": micros(now), "before": micros(now - FRESH)}
    if identity.key_id is not None:
        session.run("api_key_used", id=identity.key_id, **at)
    if identity.sign_in_id is not None:
        session.run("sign_in_used", id=identity.sign_in_id, **at)
