"""Values that stay in the cluster that made them, and travel when somebody asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from segue.engine.ended import MISSING
from segue.engine.lives import TaskLife
from segue.model.states import ResultRef

_KEY = "leaves kept values"
#: Any cluster.
ANYWHERE = object()


class Kept:
    """One value; whoever holds this can have it, and the cluster keeps it for as long."""

    __slots__ = ("__weakref__", "_fetch", "_guard", "_problem", "_value", "handle", "home", "ref", "stored")

    def __init__(self, home: object, handle: Any, fetch: Callable[[Any], object], ref: ResultRef | None = None) -> None:
        #: The cluster, to whose workers it can be given by reference.
        self.home = home
        #: The cluster's own name for it; None once the cluster is let go of.
        self.handle = handle
        self._fetch = fetch
        self._guard = threading.Lock()
        self._value: object = MISSING
        self._problem: Exception | None = None
        #: Where its worker wrote it, if it was asked to, and what reads it there.
        self.ref = ref
        self.stored: Callable[[], object] | None = None

    def get(self) -> object:
        """Return the value, fetched at the first call; raises why it cannot be had."""
        with self._guard:
            if self._value is MISSING:
                if self._problem is not None:
                    raise self._problem
                try:
                    self._value = self._fetch(self.handle)
                except Exception:
                    if self.stored is None:
                        raise
                    # Lost with its worker, who had written it.
                    self._value = self.stored()
            return self._value

    def let_go(self, problem: Exception | None = None) -> None:
        """The cluster is let go of: a value that was stored is read there, any other fetched now, unless it is given up.

        `problem`: what is told from now on to whoever asks for it.
        """
        if self.stored is not None:
            stored = self.stored
            self._fetch = lambda _: stored()
        elif problem is None:
            try:
                self.get()
            except Exception as error:
                problem = error
        self._problem = None if self.stored is not None else problem
        self.handle = None

    def __reduce__(self) -> tuple[Any, ...]:
        # Whatever is written down is the value.
        return _same, (self.get(),)

    def __repr__(self) -> str:
        return "<kept in the cluster>" if self._value is MISSING else repr(self._value)


def _same(value: object) -> object:
    return value


def at_hand(value: object) -> object:
    """Return a value itself where a cluster keeps it; anything else as it is."""
    return value.get() if isinstance(value, Kept) else value


def stays(value: object, home: object) -> bool:
    """Say whether a value can be given to the workers of this cluster as it is."""
    return isinstance(value, Kept) and (home is ANYWHERE or (value.home is home and value.handle is not None))


def leave_kept(life: TaskLife) -> None:
    """Take note that the parameters of a run hold kept values."""
    if life.extra is None:
        life.extra = {}
    life.extra[_KEY] = True


def leaves_kept(life: TaskLife) -> bool:
    """Say whether the parameters of a run hold kept values."""
    return life.extra is not None and _KEY in life.extra
