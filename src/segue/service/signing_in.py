"""Signing in with a password, in two steps between which the password is looked at: that takes long, and holds nobody up.

An attempt counts as failed from its beginning, so that many at once gain nothing; who succeeds has not failed.
"""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from segue.decide.signing_in import LASTS, Failures, failed, waits
from segue.host.secrets import digest, new_token
from segue.model.callers import Caller
from segue.model.errors import SegueError, Unauthorized
from segue.model.runs import Id
from segue.model.states import Actor
from segue.model.tokens import SIGN_IN
from segue.service.accounts import resource_of
from segue.service.happenings import changed
from segue.store.codec import instant, micros
from segue.store.session import Session


class TooManyAttempts(SegueError):
    """Too many wrong passwords. Try again in {seconds} s."""

    code = "sign-in.too-many-attempts"
    status = 429


class WrongPassword(Unauthorized):
    """Name or password is wrong."""

    code = "sign-in.wrong-password"


class Attempt(Struct, frozen=True, kw_only=True):
    """Somebody wants to sign in."""

    name: str
    address: str
    agent: str | None = None

    @property
    def marks(self) -> tuple[tuple[str, bool], tuple[str, bool]]:
        """Under what its failures are counted, and which of these is an address."""
        return (f"account {self.name.lower()[:64]}", False), (f"address {self.address}", True)


class Claimed(Struct, frozen=True):
    """Whose account it would be, and what its password must match; both None where there is none."""

    account_id: Id | None = None
    password: str | None = None


def begin(session: Session, request: Attempt) -> Claimed:
    """Count an attempt, and return what the password must match; raises `TooManyAttempts`."""
    session.order()
    now = session.now()
    known = [(mark, of_address, _known(session, mark)) for mark, of_address in request.marks]
    pause = max(waits(failures, now).total_seconds() for _, _, failures in known)
    if pause > 0:
        raise TooManyAttempts(seconds=int(pause) + 1)
    for mark, of_address, failures in known:
        after = failed(failures, now, of_address=of_address)
        session.run("attempt_put", who=mark, failures=after.count, until=micros(after.until or now))
    row = session.row("account_read", name=request.name.lower())
    if row is None or row[5] is not None:
        return Claimed()
    return Claimed(str(row[0]), cast("str | None", row[6]))


def finish(session: Session, request: tuple[Attempt, Claimed]) -> str:
    """Sign in after the password was right; returns what the browser shows from now on. Raises `WrongPassword`."""
    attempt, claimed = request
    now = session.now()
    row = session.row("account_by_id", id=claimed.account_id) if claimed.account_id is not None else None
    if row is None or row[5] is not None or row[6] != claimed.password:
        # It was changed, or the account disabled, in between.
        raise WrongPassword
    (account, _), (address, _) = attempt.marks
    session.run("attempt_delete", who=account)
    session.run("attempt_put", who=address, failures=max(0, _known(session, address).count - 1), until=micros(now))
    token, id, name = new_token(SIGN_IN), session.new_id(), str(row[1])
    session.run(
        "sign_in_insert", id=id, account_id=str(row[0]), digest=digest(token), address=attempt.address or None,
        agent=(attempt.agent or "")[:200] or None, now=micros(now), expires=micros(now + LASTS),
    )  # fmt: skip
    session.run("account_signed_in", id=str(row[0]), now=micros(now))
    session.caller = Caller(actor=Actor(kind="user", name=name, means="ui"), proven=True, account_id=str(row[0]))
    changed(session, "segue.user.signed-in", resource_of(name), address=attempt.address, sign_in=id)
    return token


def _known(session: Session, mark: str) -> Failures:
    row = session.row("attempt_read", who=mark)
    return Failures() if row is None else Failures(int(row[0] or 0), instant(int(row[1] or 0)))
