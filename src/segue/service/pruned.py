"""What pruning deleted, told to the feed: once for each round of slices, with counts, and in whose name it was done."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from segue.model.callers import Caller
from segue.model.states import Actor
from segue.service.pruning import prune
from segue.service.restoring import told_of_database
from segue.store.codec import json_text
from segue.store.session import Session
from segue.wire.requests import Prune, Pruned, PrunedSlice

_KEY = "pruning"


class Round(Struct, frozen=True, kw_only=True):
    """Slices that were deleted in somebody's name, and of which nobody was told yet."""

    deleted: Pruned = Pruned()
    keep: Prune = Prune()
    actor: Actor | None = None
    reason: str | None = None


def prune_and_tell(session: Session, request: Prune) -> PrunedSlice:
    """Delete one slice; with the last one, and when somebody else goes on, the feed is told what all slices deleted."""
    known, caller = _known(session), session.caller
    mine = Round(
        keep=request,
        actor=caller.actor if caller is not None else None,
        reason=caller.reason if caller is not None else None,
    )
    if msgspec.structs.replace(known, deleted=Pruned()) != mine:
        # Whoever began ended before it was done.
        tell(session, known)
        known = mine
    done = prune(session, request)
    known = msgspec.structs.replace(known, deleted=known.deleted + done.deleted)
    if not done.more:
        tell(session, known)
        known = Round()
    session.run("meta_put", key=_KEY, value=json_text(known))
    return done


def tell(session: Session, round: Round) -> None:
    """Tell the feed what a round deleted, if that was anything."""
    if round.deleted == Pruned():
        return
    older_than = {name: keep for name, keep in msgspec.to_builtins(round.keep).items() if keep is not None}
    asker = session.caller
    session.caller = None if round.actor is None else Caller(actor=round.actor, reason=round.reason)
    try:
        told_of_database(session, ("pruned", {"older_than": older_than, **msgspec.structs.asdict(round.deleted)}))
    finally:
        session.caller = asker


def _known(session: Session) -> Round:
    row = session.row("meta_lock", key=_KEY)
    return Round() if row is None else msgspec.json.decode(str(row[0]), type=Round)
