"""Tidying: one process a day, whichever comes first, sees to what is past its keep time."""

from __future__ import annotations

import msgspec

from segue.decide.tidying import PATIENCE, is_due, is_free
from segue.model.states import Actor
from segue.service.pruned import Round, tell
from segue.service.pruning import prune
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire.requests import ClaimTidying, Nothing, Pruned, PrunedSlice, Tidiness, TidinessRead, Tidy, TidyingClaim

_KEY = "tidiness"
#: Nobody asks for what is done every day.
_JANITOR = Actor(kind="system", name="janitor")


def read(session: Session, request: Nothing) -> TidinessRead:
    """Return when the database was last tidied, and whether it is time."""
    known = _known(session, "meta_read")
    return TidinessRead(known=known, due=is_due(known.last, session.now()))


def claim(session: Session, request: ClaimTidying) -> TidyingClaim:
    """Let one asker tidy when it is due, or go on with it; everybody else is told to let it be."""
    known = _known(session, "meta_lock")
    now = session.now()
    given_up = known.holder is not None and known.holder in {request.holder, request.gone}
    if not is_due(known.last, now) or not is_free(known.until, now, given_up=given_up):
        return TidyingClaim(granted=False)
    deleted = Pruned() if known.holder is None else known.deleted
    _keep(session, Tidiness(last=known.last, deleted=deleted, holder=request.holder, until=now + PATIENCE))
    return TidyingClaim(granted=True)


def tidy(session: Session, request: Tidy) -> PrunedSlice:
    """Delete one slice; when nothing is left, it is done for today. Nothing is deleted for who lost the claim."""
    known = _known(session, "meta_lock")
    if known.holder != request.holder:
        return PrunedSlice()
    done = prune(session, request.keep)
    now, deleted = session.now(), known.deleted + done.deleted
    if done.more:
        # Whoever deletes is alive.
        _keep(session, Tidiness(last=known.last, deleted=deleted, holder=request.holder, until=now + PATIENCE))
    else:
        tell(session, Round(deleted=deleted, keep=request.keep, actor=_JANITOR))
        _keep(session, Tidiness(last=now, deleted=deleted))
    return done


def _known(session: Session, statement: str) -> Tidiness:
    row = session.row(statement, key=_KEY)
    return Tidiness() if row is None else msgspec.json.decode(str(row[0]), type=Tidiness)


def _keep(session: Session, known: Tidiness) -> None:
    session.run("meta_put", key=_KEY, value=json_text(known))
