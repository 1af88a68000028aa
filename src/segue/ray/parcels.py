"""How the calls of one task are put together for the way: many at once where they are short, each by itself where they are long.

The first ones go singly, as many as keep the cluster busy, and tell how long such a call takes. What the cluster has no room for
waits here meanwhile: it could not have begun there either.
"""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import Any

from segue.cluster_runner import Call

#: Seconds that the calls of one parcel take together, about; and calls that are as long go singly.
SPAN = 0.05
#: Calls of one parcel at most.
MOST = 100
#: Parcels under way for each CPU of the cluster: while the pace is not known, where calls are long, and where they are short.
FIRST, LONG, ENOUGH = 2, 16, 3
#: How much the latest call counts, where it took longer than the others, and where it took less. A worker's first call has much to
#: load, and on a busy machine any may have to wait; and one that is taken for short in vain does no harm, for the others go back.
_LONGER, _SHORTER = 0.1, 0.5


class Parcel:
    """Calls that are under way together."""

    __slots__ = ("calls", "id", "pace", "ref")

    def __init__(self, id: str, calls: list[Call], pace: Pace | None) -> None:
        self.id = id
        #: Those that are still to be answered.
        self.calls = {call.id: call for call in calls}
        self.pace = pace
        #: Ray's own name for it.
        self.ref: Any = None


class Pace:
    """How long the calls of one task take, and which of them wait here."""

    def __init__(self) -> None:
        self.waiting: deque[Call] = deque()
        self.under_way = 0
        #: Seconds of a call; None until the first has ended.
        self.mean: float | None = None

    def learn(self, seconds: float) -> None:
        """One took so long."""
        if self.mean is None:
            self.mean = seconds
        else:
            self.mean += (_LONGER if seconds > self.mean else _SHORTER) * (min(seconds, 2 * SPAN) - self.mean)

    def is_long(self) -> None:
        """One takes longer than was thought."""
        self.mean = max(self.mean or 0.0, SPAN)

    def take(self, cpus: int) -> list[Call]:
        """Return the calls of the next parcel; none where they had better wait."""
        size = self._size(cpus)
        found: list[Call] = []
        while self.waiting and len(found) < size:
            call = self.waiting.popleft()
            if not call.outcome.done():
                found.append(call)
        return found

    def _size(self, cpus: int) -> int:
        if self.mean is None:
            return 1 if self.under_way < FIRST * cpus else 0
        if self.mean >= SPAN:
            return 1 if self.under_way < LONG * cpus else 0
        if self.under_way >= ENOUGH * cpus:
            # What comes back tells how large the next had better be.
            return 0
        return min(ceil(SPAN / max(self.mean, 1e-6)), MOST, ceil(len(self.waiting) / (ENOUGH * cpus)))
