"""The record stream of a lease, delivered to a server in numbered batches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from segue.model.errors import SegueError
from segue.model.records import Record
from segue.wire.operation import Operation
from segue.wire.operations import RECORDS_APPEND
from segue.wire.requests import Batch, Lease

Q = TypeVar("Q")
A = TypeVar("A")

#: Records of one batch at most.
_BATCH = 2_000
#: Seconds that a record may wait for company.
_LINGER = 0.040


class Sender(Protocol):
    """Does one operation at the server."""

    def __call__(self, operation: Operation[Q, A], request: Q) -> A:
        """Return the answer; raises `SegueError`."""
        ...


class RemoteStream:
    """The ordered records of one lease; a thread delivers them while there are any."""

    def __init__(self, send: Sender, lease: Lease, *, forget: Callable[[RemoteStream], None]) -> None:
        self.lease_id = lease.id
        self.fence = lease.fence
        self.limited_tags = frozenset(lease.limited_tags)
        self.applied = lease.last_sequence
        self.lost: SegueError | None = None
        self._send = send
        self._forget = forget
        self._buffer: list[Record] = []
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, record: Record) -> None:
        """Take a record."""
        if self.lost is not None:
            return
        self._buffer.append(record)
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Return when everything put so far is at the server."""
        self.deliver()
        if self.lost is not None:
            raise self.lost

    def close(self) -> None:
        """Flush and forget the stream."""
        try:
            self.flush()
        finally:
            self._forget(self)

    def deliver(self) -> None:
        """Send what waits."""
        with self._turn:
            while self._buffer and self.lost is None:
                records = self._buffer[:_BATCH]
                batch = Batch(lease_id=self.lease_id, fence=self.fence, first=self.applied + 1, records=records)
                try:
                    self._send(RECORDS_APPEND, batch)
                except SegueError as problem:
                    if problem.status not in {404, 409}:
                        raise
                    self.lost = problem
                    self._buffer.clear()
                    return
                self.applied += len(records)
                del self._buffer[: len(records)]

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="segue-records", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        pause.wait(_LINGER)
        self._thread = None
        self.deliver()
