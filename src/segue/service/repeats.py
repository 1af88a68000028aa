"""Requests that bear a key of the client's: done once; repeated within a day, they get the first answer.

The answer is kept in the transaction of the change, so whoever got no answer finds out what came of it by asking again. What was
refused is not kept: nothing was done, and it may be asked anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b

from msgspec import Struct

from segue.model.errors import BadRequest, SegueError
from segue.service.pairing import Handler
from segue.store.codec import micros
from segue.store.session import Session
from segue.wire.codec import encode
from segue.wire.operation import Operation

#: How long an answer is kept, and characters of a key at most.
_FOR, _LONGEST = timedelta(hours=24), 255


class KeyReused(SegueError):
    """The idempotency key {key!r} was used within a day for another request of {operation}. Give each request its own."""

    code = "idempotency.key-reused"
    status = 422


class AnswerNotKept(SegueError):
    """The request with the idempotency key {key!r} was done. Its answer told a secret, which is told once and not kept."""

    code = "idempotency.answer-not-kept"
    status = 409


class Kept(Struct, frozen=True):
    """An answer as it is sent; `again`: it was given before."""

    body: bytes
    again: bool


def once(operation: Operation[object, object], handler: Handler, key: str) -> Handler:
    """Return a handler that does a request once for this key and caller, and answers with `Kept`.

    Raises `KeyReused` when another request had the key, `AnswerNotKept` where the answer was a secret.
    """
    if not 0 < len(key) <= _LONGEST:
        raise BadRequest(f"An idempotency key has 1 to {_LONGEST} characters; this one has {len(key):,}.")

    def do(session: Session, request: object) -> Kept:
        who = session.caller.actor if session.caller is not None else None
        names = {
            "actor": f"{who.kind}:{who.id or who.name}" if who is not None else "",
            "operation": operation.name,
            "key": key,
        }
        digest = blake2b(encode(_known_by(request)), digest_size=16).hexdigest()
        now = session.now()
        session.run("kept_answers_forget", before=micros(now - _FOR))
        # First the key is taken: whoever has it too, on another server, waits here until this is done.
        if session.run("kept_answer_take", **names, digest=digest, now=micros(now)):
            body = encode(handler(session, request))
            session.run("kept_answer_keep", **names, answer=None if operation.secret else body.decode())
            return Kept(body, again=False)
        row = session.row("kept_answer_read", **names)
        if row is None or row[0] != digest:
            raise KeyReused(key=key, operation=operation.name)
        if row[1] is None:
            raise AnswerNotKept(key=key)
        return Kept(str(row[1]).encode(), again=True)

    return do


def _known_by(request: object) -> object:
    """What tells a request from others; one that holds a password says itself what may be kept of it."""
    known_by: Callable[[], object] | None = getattr(request, "known_by", None)
    return request if known_by is None else known_by()
