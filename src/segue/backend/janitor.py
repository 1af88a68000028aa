"""Keeps a database from growing for ever: once a day one process deletes what is past its keep time.

Nobody waits for it. It works in a thread of whichever process comes first after a day has gone by, a slice at a time and with
pauses; a process that ends meanwhile leaves the rest to the next one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from segue.backend.holders import lives, this_holder
from segue.backend.protocol import Backend
from segue.backend.pruner import retention
from segue.backend.sweeping import Sweeping
from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.model.settings import Retention
from segue.wire.operations import UPKEEP_TIDINESS, UPKEEP_TIDY, UPKEEP_TIDY_CLAIM
from segue.wire.requests import ClaimTidying, Nothing, Prune, Tidy

_log = logging.getLogger("segue.backend")

#: Seconds between two looks of a process that runs for long.
LOOK = 3_600.0
#: A pause is so many times as long as the slice before it took, and at least so many seconds.
_REST, _LEAST_REST = 4.0, 0.010


def tidy(backend: Backend, keep: Retention, *, pause: Callable[[float], object]) -> bool:
    """Delete what is past its keep time, if that is due and nobody else is at it; say whether it was for this process to do.

    `pause` is called with the seconds to wait between slices. Raises what the backend raises; what was deleted stays deleted.
    """
    if not _claim(backend):
        return False
    request = Tidy(holder=this_holder(), keep=retention(keep))
    began = monotonic()
    while backend.call(UPKEEP_TIDY, request).more:
        pause(max(_LEAST_REST, (monotonic() - began) * _REST))
        began = monotonic()
    return True


def _claim(backend: Backend) -> bool:
    read = backend.call(UPKEEP_TIDINESS, Nothing())
    if not read.due:
        return False
    other = read.known.holder
    # Clients of a server do not tidy, so whoever tidies a file of this machine is of this machine.
    gone = other if other is not None and lives(other, here=backend.is_on_own_disk) is False else None
    return backend.call(UPKEEP_TIDY_CLAIM, ClaimTidying(holder=this_holder(), gone=gone)).granted


class Janitor:
    """Tidies a database, and the home of this process, beside its work."""

    def __init__(self, backend: Backend, keep: Retention, sweeping: Sweeping | None = None) -> None:
        self._backend = backend
        self._keep = keep
        self._sweeping = sweeping
        self._looked: float | None = None

    def look(self) -> None:
        """Begin to tidy if that is due; costs one short read, and that at most once an hour. Never raises."""
        now = monotonic()
        if self._looked is not None and now - self._looked < LOOK:
            return
        self._looked = now
        if self._sweeping is not None:
            self._sweeping.look()
        if retention(self._keep) == Prune():
            return
        try:
            if self._backend.call(UPKEEP_TIDINESS, Nothing()).due:
                threading.Thread(target=self._work, name="segue-janitor", daemon=True).start()
        except (SegueError, RuntimeError) as problem:
            # No thread can be started while the interpreter goes down.
            _log.debug("The database is not tidied now: %s", problem)

    def _work(self) -> None:
        try:
            tidy(self._backend, self._keep, pause=threading.Event().wait)
        except SegueError as problem:
            # The process has ended its work, or the database is away: the next process goes on.
            _log.debug("The database was not tidied to the end: %s", problem)
