"""Ids: UUID version 7 (RFC 9562, section 5.7) in canonical text form, made where the thing is made.

Ids made by one process rise strictly: within a millisecond the 12 bits after the version and, when these run over, the
millisecond itself count up (RFC 9562, section 6.2, method 1), so that ids sort in the order of making and indexes append.
"""

from __future__ import annotations

import os
import threading
import time


class IdMaker:
    """Makes rising ids; one per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._pool = ""
        self._at = 0

    def make(self) -> str:
        """Return a new id; safe from every thread."""
        with self._lock:
            # 48 bits of milliseconds and 12 bits of counter form one rising number.
            ticks = max((time.time_ns() // 1_000_000) << 12, self._last + 1)
            self._last = ticks
            if self._at >= len(self._pool):
                self._pool = os.urandom(2048).hex()
                self._at = 0
            chance = self._pool[self._at : self._at + 16]
            self._at += 16
        head = f"{ticks:015x}"
        variant = "89ab"[int(chance[0], 16) & 3]
        return f"{head[:8]}-{head[8:12]}-7{head[12:]}-{variant}{chance[1:4]}-{chance[4:]}"

    def forget(self) -> None:
        """Drop the buffered randomness: a forked child must not make its parent's ids."""
        self._lock = threading.Lock()
        self._pool, self._at = "", 0


_maker = IdMaker()
new_id = _maker.make
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_maker.forget)
