"""What every backend offers: calls of operations, and streams of records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from segue.model.records import Record
from segue.wire.operation import Operation
from segue.wire.requests import Lease

Q = TypeVar("Q")
A = TypeVar("A")


class Stream(Protocol):
    """The ordered records of one lease; numbering, batching and delivery are the stream's business."""

    lease_id: str
    #: Tags of tasks that must ask for a slot; comes with the lease, and anew with each renewal.
    limited_tags: frozenset[str]

    def put(self, record: Record) -> None:
        """Take a record; returns at once unless the bounded queue is full. Safe from every thread."""
        ...

    def behind(self, settle: Callable[[], object]) -> None:
        """Let no record that is put from now on be durable anywhere before `settle` returned; raises what it raises, if called.

        `settle` is always the same for a stream, and may be called at any time from any thread.
        """
        ...

    def flush(self) -> None:
        """Return when everything put so far is on disk; raises `StaleFence` when another process took over."""
        ...

    def close(self) -> None:
        """Flush and forget the stream; the lease itself is ended by the operation that closes its run."""
        ...


class Backend(Protocol):
    """A way to the services; same operations, same answers, whichever it is."""

    #: Whether the services are a server's, which other machines may use as well.
    is_remote: bool

    @property
    def is_on_own_disk(self) -> bool:
        """Whether the database is a file on this machine's own disk, which other machines reach by a server alone."""
        ...

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation; raises the `SegueError` that the handler raised.

        A write sees every record put into this backend's streams before the call.
        """
        ...

    def stream(self, lease: Lease) -> Stream:
        """Open the record stream of a lease that was just granted."""
        ...

    def events(self) -> Stream | None:
        """Open a stream of events that belong to no run and need no lease; None where a lease is had at any time."""
        ...

    def flush(self) -> None:
        """Return when every record of every stream is on disk: what a read must wait for to see its own process' work."""
        ...

    def deliver_leftovers(self) -> int:
        """Deliver what ended processes of this home left on disk for the services; return of how many spools."""
        ...

    def close(self) -> None:
        """Flush, end the writer and close the database; safe to call twice."""
        ...
