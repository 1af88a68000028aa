"""What the store is."""

from __future__ import annotations

from segue.service.pairing import pair
from segue.store.migrations import migrations
from segue.store.session import Session
from segue.wire import database as wire
from segue.wire.requests import Nothing


def read(session: Session, request: Nothing) -> wire.DatabaseFacts:
    """Return which database it is."""
    # Steps that wait until no older release reads the database are no fault of it.
    newest = max(step.number for step in migrations(session.dialect) if not step.post)
    return wire.DatabaseFacts(kind=session.dialect, schema_version=session.schema_version(), newest=newest)


HANDLERS = dict((pair(wire.DATABASE_READ, read),))
