"""The writer: one thread a process that turns many operations into one transaction.

A caller hands over an operation and waits; whatever else waits by then, operations and records alike, shares its commit
and its disk flush.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence
from typing import Any, TypeVar

from segue.backend.commits import Begun, Committer, Ticket
from segue.backend.streams import RecordStream
from segue.host.clock import monotonic
from segue.host.secret_keys import SecretKeys
from segue.model.errors import SegueError, StorageProblem
from segue.store.session import Database

_log = logging.getLogger("segue.backend")

Q = TypeVar("Q")
A = TypeVar("A")

#: Seconds that a record may wait for company.
LINGER = 0.040
#: Seconds between attempts while the database cannot be written.
AGAIN = 1.0


class GroupWriter:  # long: what may happen under its one lock is seen in one place
    """Hands operations and records to one writing session, many at a time."""

    def __init__(self, database: Database, keys: SecretKeys) -> None:
        self.committer = Committer(database, keys)
        self._in_callers = database.is_interruptible
        # Taken as `with self._lock`, never `with self._bell`: entering a Condition is Python code, and an exception thrown into
        # a caller (a timeout, a cancellation) just after it took the lock would leave it taken for ever.
        self._lock = threading.Lock()
        self._bell = threading.Condition(self._lock)
        self._tickets: list[Ticket[object, object]] = []
        self._streams: list[RecordStream] = []
        self._hurried = False
        self._due: float | None = None
        #: When the writer's thread wakes by itself: it need not be woken for what is due later.
        self._alarm = 0.0
        #: Held by whoever writes: the thread, or a caller who found it idle.
        self._pen = threading.Lock()
        #: Whether the thread waits for work, a caller is about to begin a commit meanwhile, and what one has begun: the pen
        #: comes with it.
        self._resting = False
        self._visited = False
        self._begun: Begun | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        #: Set when no thread can be started any more: the interpreter is going down.
        self._alone = False

    # --- called by every thread ------------------------------------------------------------------------------------

    def submit(self, ticket: Ticket[Q, A], *, hurry: bool = True) -> None:
        """Hand over an operation."""
        with self._lock:
            if self._closing:
                raise _closed()
            self._tickets.append(ticket)  # type: ignore[arg-type]  # the queue does not care what is asked
            if hurry:
                self._hurried = True
                self._wake()
            elif self._due is None:
                self._soon()
        if self._alone:
            self._work()

    def submit_all(self, tickets: Sequence[Ticket[Q, A]]) -> None:
        """Hand over operations together: they are written in one commit, at once."""
        with self._lock:
            if self._closing:
                raise _closed()
            self._tickets += tickets  # type: ignore[arg-type]  # the queue does not care what is asked
            self._hurried = True
            self._wake()
        if self._alone:
            self._work()

    def begin(self, tickets: Sequence[Ticket[Any, Any]]) -> bool:
        """Do operations in this thread where nobody has to be waited for; the writer's thread commits them, and answers.

        Returns False where that cannot be: they are then to be handed over. Two threads that both want the interpreter hinder
        each other at every statement, which an event loop pays for that has nothing to do until it is answered. Not for a thread
        that exceptions are thrown into.
        """
        if not self._in_callers:
            return False
        with self._lock:
            if not self._resting or self._visited or self._begun or self._closing or self._tickets:
                return False
            if any(stream.waiting() for stream in self._streams) or not self._pen.acquire(blocking=False):
                return False
            self._visited = True
        begun = None
        try:
            begun = self.committer.begin(tickets)
        except Exception:  # noqa: BLE001 - of ours; nobody must wait for ever: the writer's thread tries, and tells
            _log.exception("Operations could not be begun where they were asked for.")
        finally:
            if begun is None:
                self._pen.release()
            with self._lock:
                self._visited, self._begun = False, begun
                self._bell.notify()
        return begun is not None

    def flush(self) -> None:
        """Return when everything put into streams so far is on disk.

        A caller who finds the writer idle writes by itself: waking a thread and being woken costs as much as the disk. Only
        records are written so, because they may be cut short at any point (a signal, a timeout) and taken up again.
        """
        if self._in_callers and not self._tickets and not self._closing and not self._pen.locked():
            self._work_here()
            return
        ticket = Ticket[None, None]("flush", None, None)
        self.submit(ticket)
        ticket.wait()

    def others(self) -> object:
        """Return what is another after others have committed, and the same after this process has; raises `StorageProblem`."""
        with self._pen:
            if self._closing:
                raise _closed()
            return self.committer.others()

    def attach(self, stream: RecordStream) -> None:
        """Take records from a stream from now on."""
        with self._lock:
            self._streams.append(stream)

    def detach(self, stream: RecordStream) -> None:
        """Forget a stream."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)

    def arm(self) -> None:
        """Let the next commit be at most the lingering time away."""
        with self._lock:
            if self._due is None:
                self._soon()

    def within(self, seconds: float) -> None:
        """Let the next commit be at most so far away."""
        with self._lock:
            if self._due is None or self._due > monotonic() + seconds:
                self._soon(seconds)

    def hurry(self) -> None:
        """Let the next commit be now."""
        with self._lock:
            self._hurried = True
            self._wake()

    def close(self) -> None:
        """Flush, end the thread and close the session."""
        with self._lock:
            if self._closing:
                return
            busy = bool(self._tickets) or any(stream.waiting() for stream in self._streams)
        problem: SegueError | None = None
        if busy:
            try:
                self.flush()
            except SegueError as found:
                problem = found
        with self._lock:
            self._closing = True
            thread = self._thread
            self._bell.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self.committer.close()
        if problem is not None:
            raise problem

    def abandon(self) -> None:
        """Become unusable in a forked child without touching what belongs to the parent."""
        for stream in self._streams:
            stream.abandon()
        self.committer.abandon()
        self._lock = threading.Lock()
        self._bell = threading.Condition(self._lock)
        self._pen = threading.Lock()
        self._tickets, self._streams, self._thread, self._closing = [], [], None, True
        self._resting, self._visited, self._begun = False, False, None

    # --- the thread ------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._thread is None and not self._alone:
            thread = threading.Thread(target=self._run, name="segue-writer", daemon=True)
            try:
                thread.start()
                self._thread = thread
            except RuntimeError:
                self._alone = True
        self._bell.notify()

    def _soon(self, seconds: float = LINGER) -> None:
        self._due = monotonic() + seconds
        if self._due < self._alarm or self._thread is None:
            self._wake()

    def _work_here(self) -> None:
        # `with` and not `acquire`: an exception thrown into this thread finds no moment between taking and holding.
        with self._pen:
            with self._lock:
                self._due = None
                streams = list(self._streams)
            try:
                self.committer.write(streams, [])
            except StorageProblem as problem:
                self._fail(problem, [], streams)
                raise

    def _run(self) -> None:
        while self._wait():
            self._work()

    def _wait(self) -> bool:
        """Wait until there is work; return False when the writer shall end."""
        with self._lock:
            self._resting = True
            while self._visited or not (self._hurried or self._begun):
                if self._visited:
                    # Who is there rings when he leaves.
                    self._alarm = 0.0
                    self._bell.wait()
                    continue
                if self._closing:
                    return False
                if self._due is None:
                    self._alarm = math.inf
                    self._bell.wait()
                    continue
                left = self._due - monotonic()
                if left <= 0:
                    break
                self._alarm = self._due
                self._bell.wait(left)
            self._alarm = 0.0
            self._resting = False
            return True

    def _work(self) -> None:
        begun, self._begun = self._begun, None
        if begun is None:
            with self._pen:
                self._write(None)
            return
        try:
            self._write(begun)
        finally:
            # It came with the pen.
            self._pen.release()

    def _write(self, begun: Begun | None) -> None:
        """Write what was begun, or else everything that waits."""
        streams: list[RecordStream] = []
        if begun is None:
            with self._lock:
                tickets, self._tickets = self._tickets, []
                self._hurried, self._due = False, None
                streams += self._streams
        else:
            tickets = begun.tickets
        try:
            if begun is None:
                self.committer.write(streams, tickets)
            else:
                self.committer.end(begun)
        except StorageProblem as problem:
            self._fail(problem, tickets, streams)
        except BaseException as problem:  # noqa: BLE001
            # A bug of ours must not leave callers waiting for ever.
            self._fail(StorageProblem(f"The writer failed: {type(problem).__name__}: {problem}"), tickets, streams)
            _log.exception("The writer failed.")

    def _fail(
        self, problem: StorageProblem, tickets: list[Ticket[object, object]], streams: list[RecordStream]
    ) -> None:
        self.committer.metrics.failures += 1
        with self._lock:
            if any(stream.waiting() for stream in streams):
                self._due = monotonic() + AGAIN
        for stream in streams:
            stream.stick(problem)
        for ticket in tickets:
            ticket.done(problem)


def _closed() -> StorageProblem:
    return StorageProblem("The database connection of this process is closed.")
