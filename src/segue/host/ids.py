"""Ids: UUID version 7 (RFC 9562, section 5.7) in canonical text form, made where the thing is made.

Ids made by one process rise strictly: within a millisecond the 12 bits after the version and, when these run over, the
millisecond itself count up (RFC 9562, section 6.2, method 1), so that ids sort in the order of making and indexes append.
"""

from __future__ import annotations

import os
import threading
import time

#: Ids for which randomness is drawn at once: at first, because most processes make few, and later. While it is drawn another thread
#: may take over, and finds the lock taken that all of them need.
_FEW, _MANY = 128, 1024
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class IdMaker:
    """Makes rising ids; one per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        #: The random last parts of ids to come.
        self._tails: list[str] = []
        self._next = _FEW

    def make(self) -> str:
        """Return a new id; safe from every thread."""
        with self._lock:
            # 48 bits of milliseconds and 12 bits of counter form one rising number.
            ticks = (time.time_ns() // 1_000_000) << 12
            if ticks <= self._last:
                ticks = self._last + 1
            self._last = ticks
            if not self._tails:
                self._tails, self._next = _tails(self._next), _MANY
            tail = self._tails.pop()
        head = f"{ticks:015x}"
        return f"{head[:8]}-{head[8:12]}-7{head[12:]}-{tail}"

    def forget(self) -> None:
        """Drop the buffered randomness: a forked child must not make its parent's ids."""
        self._lock = threading.Lock()
        self._tails = []


def _tails(many: int) -> list[str]:
    chance = os.urandom(8 * many).hex()
    return [
        f"{_VARIANT[chance[at]]}{chance[at + 1 : at + 4]}-{chance[at + 4 : at + 16]}"
        for at in range(0, len(chance), 16)
    ]


_maker = IdMaker()
new_id = _maker.make
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_maker.forget)
