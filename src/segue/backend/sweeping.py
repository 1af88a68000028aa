"""When files of deleted runs, and environments that nobody uses, are taken away: once a day for each home, beside what runs."""

from __future__ import annotations

import logging
import os
import threading
from datetime import timedelta

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.errors import SegueError

_log = logging.getLogger("segue.backend")

#: Seconds between two sweeps of one home.
_DAY = 86_400.0
#: A file of a home whose time says when it was last swept.
_STAMP = ".swept"


class Sweeping:
    """Sweeps a home beside the work of this process; `storage` is the folder of its results."""

    def __init__(self, backend: Backend, home: str, storage: str, keep_environments: int | None = None) -> None:
        self._backend = backend
        self._home = home
        self._storage = storage
        #: Days for which environments are kept that nobody uses; None: for ever.
        self._keep_environments = keep_environments

    def look(self) -> None:
        """Begin to sweep if that was not done for a day; costs one look at a file. Never raises."""
        if not self._is_due():
            return
        try:
            threading.Thread(target=self._work, name="segue-sweeper", daemon=True).start()
        except RuntimeError as problem:
            # No thread can be started while the interpreter goes down.
            _log.debug("The files of deleted runs are not taken away now: %s", problem)

    def _is_due(self) -> bool:
        try:
            last = os.stat(os.path.join(self._home, _STAMP)).st_mtime
        except OSError:
            # Nothing of a new home is old.
            self._stamp()
            return False
        return not 0 <= now().timestamp() - last < _DAY

    def _stamp(self) -> None:
        try:
            os.makedirs(self._home, mode=0o700, exist_ok=True)
            path = os.path.join(self._home, _STAMP)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            os.utime(path)
        except OSError as problem:
            _log.debug("It could not be noted when %s was swept: %s", self._home, problem)

    def _work(self) -> None:
        from segue.backend.environments import take_away  # noqa: PLC0415 - a door: the same
        from segue.backend.sweeper import Sweeper  # noqa: PLC0415 - a door: it is wanted once a day

        self._stamp()
        keep = None if self._keep_environments is None else timedelta(days=self._keep_environments)
        for failed in take_away(self._home, keep, now()).failed:
            _log.warning("An environment that nobody uses could not be taken away and will be tried again: %s", failed)
        try:
            done = Sweeper(self._backend, self._home, self._storage).sweep()
        except SegueError as problem:
            # The process has ended its work, or the database is away: another day will do.
            _log.debug("The files of deleted runs were not taken away: %s", problem)
            return
        for failed in done.failed:
            _log.warning("A file of a deleted run could not be taken away and will be tried again: %s", failed)
