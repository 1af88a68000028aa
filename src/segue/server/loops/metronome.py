"""Keeps the loops of a server going: a thread each, a beat each; none ever ends in silence."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.server.loops.loop import Loop
from segue.wire.servers import Beat

_log = logging.getLogger("segue.server")

#: Seconds between two attempts of a loop that fails, at most.
_LONGEST = 30.0
#: A loop is late after so many turns, but never before so many seconds.
_TURNS, _LEAST = 4, 30.0


class Kept:
    """A loop and how it goes."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.began = monotonic()
        self.beat_at: float | None = None
        self.failures = 0
        #: Turns that failed since the start.
        self.failed = 0
        #: What it has failed with since it last went well, each told once.
        self.told: set[str] = set()

    def beat(self) -> None:
        """It goes well."""
        self.beat_at = monotonic()

    def look(self) -> Beat:
        """Return how it goes."""
        now = monotonic()
        silent = now - (self.began if self.beat_at is None else self.beat_at)
        return Beat(
            every=self.loop.every,
            age=None if self.beat_at is None else round(now - self.beat_at, 3),
            beating=silent <= max(_LEAST, _TURNS * self.loop.every),
            purpose=self.loop.purpose,
        )


class Metronome:
    """Runs loops from the server's start to its end."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        self._threads: list[threading.Thread] = []
        self._end = threading.Event()

    def start(self, loops: Sequence[Loop]) -> None:
        """Begin: each loop has its first turn now."""
        self._kept = [Kept(loop) for loop in loops]
        for kept in self._kept:
            kept.loop.beat = kept.beat  # type: ignore[method-assign]  # this is how a loop is listened to
            thread = threading.Thread(target=self._keep, args=(kept,), name=f"segue-{kept.loop.name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, seconds: float) -> None:
        """Let no turn begin any more, and wait so long for those that are under way."""
        self._end.set()
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def pause(self, seconds: float) -> bool:
        """Wait within a turn; returns True when the server ends meanwhile."""
        return self._end.wait(seconds)

    def beats(self) -> dict[str, Beat]:
        """Return how each loop goes."""
        return {kept.loop.name: kept.look() for kept in self._kept}

    def failures(self) -> dict[str, int]:
        """Return how many turns of each loop have failed."""
        return {kept.loop.name: kept.failed for kept in self._kept}

    def causes(self) -> dict[str, list[str]]:
        """Return what each loop has failed with since it last went well."""
        return {kept.loop.name: sorted(kept.told) for kept in self._kept}

    def _keep(self, kept: Kept) -> None:
        while not self._end.is_set():
            try:
                kept.loop.turn()
            except BaseException as problem:  # noqa: BLE001 - whatever it was: a loop goes on, and says so
                kept.failures += 1
                kept.failed += 1
                self._tell(kept, problem)
            else:
                if kept.failures:
                    _log.warning("The %s works again, after %d attempts.", kept.loop.name, kept.failures)
                kept.failures = 0
                kept.told.clear()
                kept.beat()
            self._end.wait(_delay(kept))

    def _tell(self, kept: Kept, problem: BaseException) -> None:
        if self._end.is_set():
            return
        cause = f"{type(problem).__name__}: {problem}"
        if cause not in kept.told:
            kept.told.add(cause)
            # A sentence of ours says it all; of anything else the place is wanted.
            trace = None if isinstance(problem, SegueError) else problem
            _log.error("The %s failed and will try again: %s", kept.loop.name, cause, exc_info=trace)


def _delay(kept: Kept) -> float:
    if not kept.failures:
        return kept.loop.every
    # Sooner than usual at first, then less and less often.
    return min(_LONGEST, max(1.0, min(kept.loop.every, 1.0) * 2.0 ** (kept.failures - 1)))
