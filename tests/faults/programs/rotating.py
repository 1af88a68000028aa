"""Rotates the keys of a home in small slices, and kills itself after so many steps; prints `done` when it was not killed.

A step is a statement, a commit, or a call that changes the file of keys. `rotating.py HOME STEPS [URL]`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from segue.backend.open import open_backend
from segue.store.postgresql import PostgresqlWriter
from segue.store.sqlite import SqliteWriter
from segue.wire import secret_keys as w
from segue.wire.requests import Nothing

countdown = [int(sys.argv[2])]


def counted(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """Let a function be a step, before it is done and where wanted also after."""

    def step() -> None:
        countdown[0] -= 1
        if countdown[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(*args: Any, **kwargs: Any) -> Any:
        step()
        value = function(*args, **kwargs)
        if after:
            step()
        return value

    return call


url = sys.argv[3] if len(sys.argv) > 3 else ""
writer = PostgresqlWriter if url else SqliteWriter
backend = open_backend(url, sys.argv[1])
ring = backend.call(w.KEYS_READ, Nothing())
begun = any(key.documents and not key.writes for key in ring.items)
for owner, name, after in (
    (os, "fsync", False), (os, "replace", True), (writer, "run", False), (writer, "commit", True),
):  # fmt: skip
    setattr(owner, name, counted(getattr(owner, name), after=after))
request = w.RotateKeys(new_key=not begun, limit=2)
while True:
    done = backend.call(w.KEYS_ROTATE, request)
    if done.next is None:
        break
    request = w.RotateKeys(after=done.next, limit=2)
backend.call(w.KEYS_FORGET, Nothing())
print("done")
