"""Changes made for one version: compared and done in one transaction, so that nobody's change is overwritten unseen."""

from __future__ import annotations

from segue.service.pairing import Handler
from segue.store.session import Session
from segue.wire.codec import encode
from segue.wire.versions import Changed, Condition, version_of


def for_version(handler: Handler, condition: Condition, read: Handler, which: object) -> Handler:
    """Return a handler that raises `Changed` unless the condition holds for what `read` returns of `which`."""

    def do(session: Session, request: object) -> object:
        # Whoever changes something tells the feed of it, and waits here for whoever is about to.
        session.order()
        current = version_of(encode(read(session, which)))
        if not condition.holds(current):
            raise Changed(current=current)
        return handler(session, request)

    return do
