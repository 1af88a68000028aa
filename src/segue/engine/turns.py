"""Claims of this process that wait for slots, and are told when it is their turn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from segue.engine import stamp
from segue.engine.ended import Ended
from segue.engine.promise import Promise
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from segue.backend.embedded import EmbeddedBackend
    from segue.backend.protocol import Backend
    from segue.model.runs import Id

#: Seconds after which a claim is asked for again without having been told: so its place is kept, whatever is not heard of.
AGAIN = 2.0
#: Seconds of one look at the database, after which the thread sees whether it is still wanted.
_LOOK = 0.5
#: Turns that came before anybody waited for them, at most.
_EARLY = 1_000

log = logging.getLogger("segue.engine")


class Turns:
    """Who waits in this process; usable from every thread."""

    def __init__(self, backend: Backend, listen: Callable[[], object]) -> None:
        self._backend = backend
        self._listen = listen
        self._lock = threading.Lock()
        self._waiting: dict[Id, Promise] = {}
        #: Told, and not asked for again yet.
        self._told: set[Id] = set()
        #: Told before it was known here that they wait.
        self._early: set[Id] = set()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def told(self) -> list[Id]:
        """Return the turns that were heard of and are no news."""
        with self._lock:
            return sorted(self._told | self._early)

    def expect(self, claim: Id) -> Promise:
        """Return what is settled when it is this claim's turn; it was asked for and must wait."""
        turn = Promise()
        with self._lock:
            self._told.discard(claim)
            come = claim in self._early
            self._early.discard(claim)
            self._waiting[claim] = turn
            if not come and not self._backend.is_remote and self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="segue-turns", daemon=True)
                self._thread.start()
        if come:
            self.hear([claim])
        elif self._backend.is_remote:
            self._listen()
        return turn

    def forget(self, claim: Id) -> None:
        """It waits no longer."""
        with self._lock:
            self._waiting.pop(claim, None)
            self._told.discard(claim)
            self._early.discard(claim)

    def hear(self, claims: Sequence[Id]) -> None:
        """It is the turn of these claims."""
        come: list[Promise] = []
        with self._lock:
            for claim in claims:
                turn = self._waiting.pop(claim, None)
                if turn is None:
                    self._early.add(claim)
                else:
                    self._told.add(claim)
                    come.append(turn)
            if len(self._early) > _EARLY:
                self._early.clear()
        for turn in come:
            turn.settle(Ended(stamp.pending()))

    def _watch(self) -> None:
        """Where there is no server to tell of turns, look after every commit, whichever process made it."""
        try:
            watch = cast("EmbeddedBackend", self._backend).watch()
            try:
                self._listen()
                while self._is_wanted():
                    if watch.wait(_LOOK):
                        self._listen()
            finally:
                watch.close()
        except SegueError as problem:
            # Whoever waits asks again by himself.
            log.debug("turns are not heard of now: %s", problem)
            with self._lock:
                self._thread = None

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._thread = None
            return bool(self._waiting)
