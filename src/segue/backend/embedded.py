"""The embedded backend: store and services in this process."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import TypeVar

from segue.backend.commits import Listener, Metrics, Spread, Ticket
from segue.backend.histograms import Histogram
from segue.backend.holders import holder_lives, this_holder
from segue.backend.streams import RecordStream
from segue.backend.writer import GroupWriter
from segue.host.clock import monotonic
from segue.host.secret_keys import SecretKeys
from segue.model.callers import Caller, nobody
from segue.model.errors import BadRequest, SegueError, StorageProblem
from segue.service.handlers import handler_for, handler_of
from segue.service.restoring import marks, restored, told_of_database
from segue.store.session import Database, Session, Watch
from segue.wire.operation import Durability, Operation
from segue.wire.operations import LEASE_LIST
from segue.wire.requests import Lease, Nothing

_log = logging.getLogger("segue.backend")

Q = TypeVar("Q")
A = TypeVar("A")


class EmbeddedBackend:
    """Calls the services over a database that this process opened itself; usable from every thread.

    After a fork the child leaves the parent's connections alone and opens the database anew when it first needs it.
    """

    is_remote = False

    def __init__(
        self, open_database: Callable[[], Database], keys: SecretKeys, *, caller: Callable[[], Caller | None] = nobody
    ) -> None:
        self._open_database = open_database
        self._keys = keys
        #: Says who asks, for calls that come without a word about it.
        self._caller = caller
        self._lock = threading.Lock()
        self._database: Database | None = open_database()
        self._writer = GroupWriter(self._database, self._keys)
        self._closed = False
        #: How long reads took.
        self.reads = Histogram()
        self._counting = threading.Lock()
        _living.add(self)

    @property
    def is_on_own_disk(self) -> bool:
        """Whether the database is a file on this machine's own disk."""
        return self._opened().is_on_own_disk

    @property
    def address(self) -> str:
        """Where the database is, for messages."""
        return self._opened().address

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation; raises the `SegueError` that the handler raised."""
        if operation.durability is Durability.READ:
            return self.read(operation, request)
        if operation.durability is Durability.SELF:
            message = f"{operation.name} is a question to a server, and runs are recorded here without one."
            raise BadRequest(message)
        ticket = Ticket(operation.name, handler_for(operation, request), request, self._caller())
        if operation.durability is Durability.SOON:
            self.submit(ticket, hurry=False)
            if operation.response is Nothing:
                # Rides the next commit; nothing is learnt by waiting for it.
                return Nothing()  # type: ignore[return-value]  # A is Nothing here
        else:
            self.submit(ticket)
        return ticket.wait()

    def read(self, operation: Operation[Q, A], request: Q, caller: Caller | None = None) -> A:
        """Do an operation that only reads, in this thread."""
        return self.look(lambda session: handler_of(operation)(session, request), caller)

    def look(self, reading: Callable[[Session], A], caller: Caller | None = None) -> A:
        """Read something, in this thread; raises `StorageProblem` when the database cannot be used."""
        database = self._opened()
        began = monotonic()
        try:
            session = database.reader()
            session.caller = caller if caller is not None else self._caller()
            session.keys = self._keys
            answer = reading(session)
        except Exception as problem:
            cause = database.explain(problem)
            if cause is None or cause is problem:
                raise
            raise cause from problem
        with self._counting:
            self.reads.observe(monotonic() - began)
        return answer

    def submit(self, ticket: Ticket[Q, A], *, hurry: bool = True) -> None:
        """Hand over an operation whose answer somebody else waits for."""
        self._opened()
        self._writer.submit(ticket, hurry=hurry)

    def submit_all(self, tickets: Sequence[Ticket[Q, A]]) -> None:
        """Hand over operations together, whose answers others wait for."""
        self._opened()
        self._writer.submit_all(tickets)

    def begin(self, tickets: Sequence[Ticket[Q, A]]) -> bool:
        """Do operations in this thread, whose answers others wait for, where it need wait for nobody; say whether it was done."""
        self._opened()
        return self._writer.begin(tickets)

    def stream(self, lease: Lease) -> RecordStream:
        """Open the record stream of a lease that was just granted."""
        self._opened()
        stream = RecordStream(self._writer, lease)
        self._writer.attach(stream)
        return stream

    def events(self) -> None:
        """Open none: the database is here, and gives a lease at any time."""

    def flush(self) -> None:
        """Return when every record of every stream is on disk."""
        self._opened()
        self._writer.flush()

    def deliver_leftovers(self) -> int:
        """Do nothing: what is recorded here never waits elsewhere."""
        return 0

    def close(self) -> None:
        """Flush, end the writer and close the database; safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            database, self._database = self._database, None
        _living.discard(self)
        try:
            self._writer.close()
        finally:
            if database is not None:
                database.close()

    def watch(self) -> Watch:
        """Begin to notice commits, of this process and of others."""
        return self._opened().watch()

    def watch_others(self) -> Watch:
        """Begin to notice commits of other processes, for who hears of this one's by `on_commit`; some databases tell of all."""
        return self._opened().watch(self._writer.others)

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each commit of this process with the names of the operations in it.

        It is called in the thread that wrote, and must be quick and not raise.
        """
        self._opened()
        self._writer.committer.listeners.append(listener)

    def upgrade(self) -> int:
        """Finish the schema's upgrade once no older release reads this database; return the schema's number."""
        return self._opened().upgrade()

    def check(self) -> list[str]:
        """Return what is wrong with the database, a line each; nothing when it is sound."""
        self.flush()
        return self._opened().check()

    def back_up(self, target: str) -> None:
        """Write a consistent copy of the database into a new file while others go on."""
        self.flush()
        self._opened().back_up(target)

    def bring_back(self, source: str) -> None:
        """Replace the database by a copy; whatever was running then or now is closed, and its late writes are refused."""
        self.flush()
        me = this_holder()
        for lease in self.call(LEASE_LIST, Nothing()).items:
            if lease.holder != me and holder_lives(self, lease):
                message = (
                    f"Process {lease.holder.pid} runs a flow on this database. Stop it, and whatever else uses the "
                    "database, before it is replaced."
                )
                raise StorageProblem(message)
        database = self._opened()
        before = marks(database.reader())
        database.bring_back(source)
        ticket = Ticket("restore", restored, before)
        self._writer.submit(ticket)
        ticket.wait()

    def tell(self, name: str, **facts: object) -> None:
        """Record that the caller did something to the database as a whole, which no operation did."""
        self.do("tell", told_of_database, (name, facts))

    def do(self, name: str, handler: Callable[[Session, Q], A], request: Q) -> A:
        """Do what is no operation that others may call, in a transaction like one; raises what the handler raises."""
        ticket = Ticket(name, handler, request, self._caller())
        self.submit(ticket)
        return ticket.wait()

    def metrics(self) -> Metrics:
        """Return what the writer saw of itself."""
        return self._writer.committer.metrics

    def spread(self) -> Spread:
        """Return how the writer's batches were spread."""
        return self._writer.committer.spread

    def _opened(self) -> Database:
        database = self._database
        if database is not None:
            return database
        with self._lock:
            if self._closed:
                message = "This backend is closed."
                raise StorageProblem(message)
            if self._database is None:
                self._database = self._open_database()
                self._writer = GroupWriter(self._database, self._keys)
            return self._database

    def abandon(self) -> None:
        """Leave the parent's connection, queue and thread alone in a forked child."""
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._writer.abandon()
        if self._database is not None:
            self._database.abandon()
        self._database = None


_living: weakref.WeakSet[EmbeddedBackend] = weakref.WeakSet()


def _close_all() -> None:
    for backend in list(_living):
        try:
            backend.close()
        except SegueError as problem:
            _log.error("The last records could not be written: %s", problem)


def _abandon_all() -> None:
    for backend in list(_living):
        backend.abandon()


# Daemon threads still run while these callbacks do, so the writer is there to write.
atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
