"""Outages of a server: told once each, waited out with growing pauses, and not for longer than the settings allow."""

from __future__ import annotations

import logging
import threading
from datetime import UTC
from random import Random

from segue.host.clock import monotonic, now
from segue.model.errors import SegueError
from segue.model.settings import Client

_log = logging.getLogger("segue.backend")

#: Seconds before the first repetition; doubled for each further one, up to the longest.
_FIRST, _LONGEST = 0.5, 10.0
#: Seconds between attempts to deliver what waits, beside those that calls make.
_PROBE_LONGEST = 5.0
#: A server that asks for more patience than this is asked again all the same.
_MOST_PATIENCE = 60.0
#: Answers that say: not now. Every other one in the range of 500 says so as well.
_NOT_NOW = frozenset({408, 425, 429})


class Away(Exception):
    """The server did not do what it was asked, or did not say so: to be tried again."""

    def __init__(self, problem: SegueError, *, unsure: bool, retry_after: float | None = None) -> None:
        super().__init__(str(problem))
        #: What to raise when there is no more trying.
        self.problem = problem
        #: Whether it may have been done all the same.
        self.unsure = unsure
        self.retry_after = retry_after


def is_passing(status: int, extra: frozenset[int]) -> bool:
    """Say whether an answer with this status is worth another try."""
    return status >= 500 or status in _NOT_NOW or status in extra


def seconds_asked(text: str | None) -> float | None:
    """Understand a `Retry-After` header: seconds, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return min(float(text), _MOST_PATIENCE)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a door: rare, and not light

    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max((at - now()).total_seconds(), 0.0), _MOST_PATIENCE)


class Patience:
    """How often, and after which pauses, a call is repeated."""

    def __init__(self, client: Client, *, seed: int) -> None:
        self.retries = client.max_retries
        self._jitter = client.retry_jitter_factor
        self._chance = Random(seed)

    def pause(self, attempt: int, retry_after: float | None = None, *, longest: float = _LONGEST) -> float:
        """Return the seconds to wait after this attempt, counted from 0; a server that named its own is not asked sooner."""
        plain = min(_FIRST * 2.0 ** min(attempt, 16), longest)
        if retry_after is not None:
            plain = max(retry_after, min(_FIRST, plain))
        return plain * (1.0 + self._jitter * self._chance.random())

    @property
    def bound(self) -> float:
        """Seconds for which a call is repeated, without the time the attempts take."""
        return sum(min(_FIRST * 2.0 ** min(n, 16), _LONGEST) for n in range(self.retries))


class Outage:
    """Whether the server answers, as all threads of this process know it together."""

    def __init__(self, address: str, patience: Patience) -> None:
        self._address = address
        self._patience = patience
        self._lock = threading.Lock()
        self._since: float | None = None
        self._probes = 0
        self._next_probe = 0.0

    @property
    def lasts(self) -> float:
        """For how many seconds the server has been away; 0 while it is there."""
        since = self._since
        return 0.0 if since is None else max(monotonic() - since, 0.001)

    def begin(self, away: Away) -> None:
        """An attempt failed; the first of an outage is told."""
        with self._lock:
            first = self._since is None
            if self._since is None:
                self._since, self._probes = monotonic(), 0
            pause = self._patience.pause(self._probes, away.retry_after, longest=_PROBE_LONGEST)
            self._next_probe = monotonic() + pause
            self._probes += 1
        if first:
            _log.warning(
                "%s Trying again; what runs goes on, and its records are kept until they are delivered.", away.problem
            )

    def end(self) -> None:
        """It answered."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            _log.warning("The server at %s answers again, after %.0f s.", self._address, monotonic() - since)

    def probe_in(self) -> float:
        """Return the seconds until it is worth trying whether the server is back; 0 while it is there."""
        return 0.0 if self._since is None else max(0.0, self._next_probe - monotonic())

    def forked(self) -> None:
        """Make the lock anew in a child process."""
        self._lock = threading.Lock()
