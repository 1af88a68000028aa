"""The record stream of a lease in this process: a list that producers append to and a thread takes from."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from segue.host.clock import monotonic
from segue.model import sizes
from segue.model.errors import SegueError, StorageProblem
from segue.model.records import Record
from segue.wire.requests import Lease

_log = logging.getLogger("segue.backend")

#: So many records do not linger for more.
CROWD = 2_000
#: How often a producer whose queue is full looks for room.
_ROOM_SECONDS = 0.005


class Bell(Protocol):
    """What a stream asks of the writer."""

    def arm(self) -> None:
        """Let the next commit be at most the lingering time away."""
        ...

    def hurry(self) -> None:
        """Let the next commit be now."""
        ...

    def within(self, seconds: float) -> None:
        """Let the next commit be at most so far away."""
        ...

    def flush(self) -> None:
        """Return when everything is on disk."""
        ...

    def detach(self, stream: RecordStream) -> None:
        """Forget a stream."""
        ...


class RecordStream:
    """The ordered records of one lease; whoever takes them numbers them, when they are committed."""

    def __init__(
        self, writer: Bell, lease: Lease, *, limit: int = sizes.PENDING_RECORDS, taker: str = "the database"
    ) -> None:
        self.lease_id = lease.id
        self.fence = lease.fence
        self.limited_tags = frozenset(lease.limited_tags)
        #: Number of the last record on disk; only the writer moves it.
        self.applied = lease.last_sequence
        #: Why this stream takes no more: its lease is somebody else's.
        self.lost: SegueError | None = None
        #: The first record that was refused by itself (too large, not JSON); told to whoever flushes.
        self.refused: SegueError | None = None
        self.armed = False
        self._writer = writer
        self._limit = limit
        #: Who takes the records, in words.
        self._taker = taker
        self._buffer: list[Record] = []
        self._crowded = False
        #: Why the last commit failed, while it is so.
        self._stuck: StorageProblem | None = None
        self._settle: Callable[[], object] | None = None

    def behind(self, settle: Callable[[], object]) -> None:
        """Let no record that is put from now on be on disk before `settle` returned; whoever commits them calls it."""
        self._settle = settle

    def put(self, record: Record) -> None:
        """Take a record; returns at once unless the bounded queue is full."""
        if self.lost is not None:
            return
        # No lock: an append is atomic, and the writer takes from the front only what it saw.
        buffer = self._buffer
        buffer.append(record)
        if not self.armed:
            self.armed = True
            self._writer.arm()
        elif len(buffer) >= CROWD:
            self._press(len(buffer))

    def flush(self) -> None:
        """Return when everything put so far is on disk."""
        self._writer.flush()
        self._tell()

    def hurry(self, seconds: float = 0.0) -> None:
        """Have what was put so far taken now, or within so many seconds, without waiting for that."""
        if seconds > 0:
            self._writer.within(seconds)
        else:
            self._writer.hurry()

    def close(self) -> None:
        """Flush and forget the stream."""
        try:
            self.flush()
        finally:
            self._writer.detach(self)

    def waiting(self) -> int:
        """Return how many records wait; what is put after they were counted arms the writer again."""
        self.armed = False
        self._crowded = False
        return len(self._buffer)

    @property
    def in_memory(self) -> int:
        """How many records wait here."""
        return len(self._buffer)

    def first(self, count: int) -> list[Record]:
        """Return the oldest waiting records, without taking them."""
        return self._buffer[:count]

    def taken(self, count: int) -> None:
        """Forget the oldest records, which are on disk now."""
        # Nothing may be called between the two: an exception thrown into this thread would come there.
        self.applied += count
        del self._buffer[:count]
        self._stuck = None

    @property
    def relies(self) -> bool:
        """Whether records may point to what must be settled first."""
        return self._settle is not None

    def settle(self) -> None:
        """Return when what the records point to is on stable storage; raises `StorageProblem`."""
        if self._settle is None:
            return
        try:
            self._settle()
        except OSError as problem:
            text = (
                f"The results of run {self.lease_id} cannot be written: {problem}. Nothing that points to them is recorded "
                "before they are; check the disk that holds them."
            )
            raise StorageProblem(text) from problem

    def lose(self, problem: SegueError) -> None:
        """Take no more records, and drop those that wait: another process writes for this run now."""
        if self.lost is None:
            _log.warning("Records of run %s are no longer accepted: %s", self.lease_id, problem)
        self.lost = problem
        self._buffer.clear()

    def kept(self, count: int) -> None:
        """Forget the oldest records, which are safe elsewhere for now."""
        del self._buffer[:count]

    def stick(self, problem: StorageProblem) -> None:
        """Note that the last commit failed; the records stay."""
        self._stuck = problem

    def abandon(self) -> None:
        """Become a stream that takes nothing: the lease belongs to the process this one was forked from."""
        self._buffer = []
        self.lost = SegueError("The records of a run are written by the process that holds it, not by its forks.")

    def _tell(self) -> None:
        if self.lost is not None:
            raise self.lost
        if self.refused is not None:
            problem, self.refused = self.refused, None
            raise problem

    def _press(self, waiting: int) -> None:
        if not self._crowded:
            self._crowded = True
            self._writer.hurry()
        if waiting < self._limit:
            return
        began, told = monotonic(), False
        # No lock is shared with the writer here: an exception may be thrown into a producer at any point, and a lock left
        # taken would stop the writer for good.
        pause = threading.Event()
        while len(self._buffer) >= self._limit and self.lost is None:
            if self._stuck is not None:
                raise self._stuck
            pause.wait(_ROOM_SECONDS)
            if not told and monotonic() - began >= 1.0:
                told = True
                _log.warning("Waiting for %s: %s records are queued for it.", self._taker, f"{len(self._buffer):,}")
