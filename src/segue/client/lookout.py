"""Sees to it that what is read is true: runs whose process is gone are closed by whoever looks."""

from __future__ import annotations

import weakref

from segue.backend.lookout import Lookout
from segue.backend.protocol import Backend

_lookouts: weakref.WeakKeyDictionary[Backend, Lookout] = weakref.WeakKeyDictionary()


def looked_after(backend: Backend) -> Backend:
    """Return the backend once everything this process recorded can be read, and lost runs were closed lately."""
    backend.flush()
    lookout = _lookouts.get(backend)
    if lookout is None:
        # The backend is the key of this; held by the value as well, it would never go.
        lookout = _lookouts[backend] = Lookout(weakref.proxy(backend))
    lookout.look()
    return backend
