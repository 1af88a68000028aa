"""Sees to it that what is read is true: runs whose process is gone are closed by whoever looks."""

from __future__ import annotations

import logging
import weakref

from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.host import clock
from segue.model.errors import SegueError

log = logging.getLogger("segue.client")

#: Seconds between two looks at the processes of a database.
EVERY = 5.0
_looked: weakref.WeakKeyDictionary[Backend, float] = weakref.WeakKeyDictionary()


def looked_after(backend: Backend) -> Backend:
    """Return the backend once everything this process recorded can be read, and lost runs were closed lately."""
    backend.flush()
    now = clock.monotonic()
    if now - _looked.get(backend, -EVERY) >= EVERY:
        _looked[backend] = now
        try:
            reap(backend)
        except SegueError as error:
            # What is there can be read all the same.
            log.warning("runs of dead processes could not be closed: %s", error)
    return backend
