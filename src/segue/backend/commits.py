"""Commits: records and operations written in as few transactions as they need.

Records come first, so that an operation sees every record put before it. A job that fails is undone by itself and never
takes others with it. That takes a savepoint for each, and few fail after they have written something: operations are done without,
and all of them again with one each where that happens. A transaction that failed only because another one was in its way is done
again as well; a database that cannot be written fails the whole, and nothing was taken from the streams.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from segue.backend.histograms import MANY, Histogram
from segue.backend.streams import RecordStream
from segue.host.clock import monotonic
from segue.host.secret_keys import SecretKeys
from segue.host.tracing import traceparent, tracer
from segue.model.callers import Caller
from segue.model.errors import SegueError
from segue.service.batches import apply, apply_alone, prepare, skip
from segue.service.locks import rows_of
from segue.service.records import BatchRows
from segue.store.session import Database, Session, TakesLong, Writer

_log = logging.getLogger("segue.backend")

Q = TypeVar("Q")
A = TypeVar("A")

#: How often a transaction is done again that another one stood in the way of.
_ATTEMPTS = 5
#: Records of one transaction at most, so that other processes' turns come soon.
TURN = 2_000
#: Seconds after which a thread that stands still for operations lets the others be done elsewhere.
AWHILE = 0.008
#: Seconds from which on an operation is worth a line in the log.
SLOW = 0.020


#: Called with the names of the operations of a commit.
Listener = Callable[[Collection[str]], object]
#: Among them stands for the records of this process's own streams.
STREAMED = "records.streamed"


class Metrics(Struct):
    """What the writer saw of itself; seconds."""

    batches: int = 0
    operations: int = 0
    records: int = 0
    #: From taking the batch to holding the database.
    wait: float = 0.0
    longest_wait: float = 0.0
    #: From holding the database to the end of the commit.
    hold: float = 0.0
    longest_hold: float = 0.0
    largest_batch: int = 0
    failures: int = 0

    def observe(self, wait: float, hold: float, operations: int, records: int) -> None:
        """Count a batch."""
        self.batches += 1
        self.operations += operations
        self.records += records
        self.wait += wait
        self.longest_wait = max(self.longest_wait, wait)
        self.hold += hold
        self.longest_hold = max(self.longest_hold, hold)
        self.largest_batch = max(self.largest_batch, operations + records)


class Spread:
    """How the writer's batches were spread, as histograms: what waited how long, what held the database, what was how large."""

    def __init__(self) -> None:
        self.wait = Histogram()
        self.hold = Histogram()
        self.size = Histogram(MANY)

    def observe(self, wait: float, hold: float, operations: int, records: int) -> None:
        """Count a batch."""
        self.wait.observe(wait)
        self.hold.observe(hold)
        self.size.observe(operations + records)


class Ticket(Generic[Q, A]):
    """An operation handed over; its lock is opened when the answer, or the problem, is there."""

    __slots__ = ("_open", "answer", "caller", "handler", "name", "problem", "request", "traceparent")

    def __init__(
        self, name: str, handler: Callable[[Session, Q], A] | None, request: Q, caller: Caller | None = None
    ) -> None:
        self.name = name
        self.handler = handler
        self.request = request
        self.caller = caller
        #: The span of whoever asks.
        self.traceparent = traceparent()
        self.answer: A | None = None
        self.problem: BaseException | None = None
        self._open = threading.Lock()
        self._open.acquire()

    def done(self, problem: BaseException | None = None) -> None:
        """Let the caller go."""
        if problem is not None:
            self.problem = problem
        self._open.release()

    def wait(self) -> A:
        """Wait for the answer; raises the problem instead when there is one."""
        self._open.acquire()
        if self.problem is not None:
            raise self.problem
        return self.answer  # type: ignore[return-value]  # None only where A allows it


def _trace(tickets: list[Ticket[object, object]], records: int, seconds: float, dialect: str) -> None:
    """Let a batch be a span of those who asked for it."""
    tracing = tracer()
    parents = [ticket.traceparent for ticket in tickets if ticket.traceparent is not None] if tracing else []
    if tracing is not None and parents:
        facts: dict[str, str | int] = {
            "db.system.name": dialect,
            "segue.batch.operations": len(tickets),
            "segue.batch.records": records,
        }
        tracing.record("database batch", facts, seconds=seconds, parents=parents)


class StreamBatch:
    """The oldest records of a stream, made ready for the database."""

    def __init__(self, stream: RecordStream, count: int) -> None:
        self.stream = stream
        self.records = stream.first(count)
        self.done = False
        #: None when one of the records cannot be stored: each is then tried by itself.
        self.rows: BatchRows | None
        try:
            self.rows = prepare(stream.lease_id, stream.fence, self.records)
        except (SegueError, TypeError, ValueError):
            self.rows = None


#: What a job may fail with by itself, besides what the database says of its statements.
_OF_JOB = (SegueError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


def _is_of_job(problem: Exception, session: Writer) -> bool:
    """Say whether a job failed, and not the database, nor an exception thrown into this thread (a timeout, a cancel)."""
    return isinstance(problem, (*_OF_JOB, *session.failures)) and session.explain(problem) is None


def _settling(batches: list[StreamBatch]) -> Callable[[], object] | None:
    """What must have returned before these records may be durable."""
    streams = [batch.stream for batch in batches if batch.stream.relies]

    def settle() -> None:
        for stream in streams:
            stream.settle()

    return settle if streams else None


#: Operations that say that somebody is still there. Nothing begins because of them, unless they tell something: whoever waits
#: for commits sleeps on, be it a thousand workers that say so.
_QUIET = frozenset({"workers.beat", "leases.renew"})


class Begun(Struct, eq=False):
    """A transaction that is open, in which the first of some operations are done."""

    tickets: list[Ticket[Any, Any]]
    done: int
    #: When it was asked for, and when it was there.
    asked: float
    held: float


class _Undone(Exception):
    """An operation failed that had written something: everything is to be done again, so that it can be undone by itself."""


class Committer:
    """Writes through one session, from one thread."""

    def __init__(self, database: Database, keys: SecretKeys) -> None:
        self.metrics = Metrics()
        self.spread = Spread()
        #: Called after each commit but the quiet ones, in the thread that wrote; must be quick and not raise.
        self.listeners: list[Listener] = []
        self._database = database
        self._keys = keys
        self._session: Writer | None = None

    def write(self, streams: list[RecordStream], tickets: list[Ticket[object, object]]) -> None:
        """Write what waits in the streams, then the operations; each ticket is answered. Raises `StorageProblem`."""
        waiting = [(stream, stream.waiting()) for stream in streams if stream.waiting()]
        while sum(count for _, count in waiting) > TURN:
            waiting = self._turn(waiting)
        self._transact(waiting, tickets)

    def begin(self, tickets: Sequence[Ticket[Any, Any]]) -> Begun | None:
        """Do operations in a thread that stands still for them, without waiting for anybody; `end` is to follow, in any thread.

        Returns None where that cannot be, for whatever reason: nothing was done then, and `write` finds out what to say.
        """
        session, asked = self._session, monotonic()
        if session is None or not session.begin_at_once():
            return None
        begun = Begun(list(tickets), 0, asked, monotonic())
        try:
            while begun.done < len(begun.tickets) and monotonic() - begun.held < AWHILE:
                self._do(session, begun.tickets[begun.done], alone=False, guarded=False)
                begun.done += 1
        except Exception:  # noqa: BLE001 - nothing is left of it, and whatever it was comes again
            session.rollback()
            return None
        except BaseException:
            session.rollback()
            raise
        return begun

    def end(self, begun: Begun) -> None:
        """Do the other operations of what was begun, and commit; each ticket is answered. Raises `StorageProblem`."""
        session = self._opened()
        session.is_awaited = False
        try:
            for ticket in begun.tickets[begun.done :]:
                self._do(session, ticket, alone=False, guarded=False)
            session.commit()
        except Exception:  # noqa: BLE001 - nothing is left of it, and whatever it was comes again
            session.rollback()
            self._transact([], begun.tickets)
        else:
            self._tell(begun.asked, begun.held, [], begun.tickets)

    def others(self) -> object:
        """Return what is another after others have committed; raises `StorageProblem`."""
        return self._opened().others()

    def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            self._session.close()

    def abandon(self) -> None:
        """Forget the session without touching it: it belongs to the process this one was forked from."""
        if self._session is not None:
            self._session.abandon()

    def _opened(self) -> Writer:
        if self._session is None:
            self._session = self._database.writer()
            self._session.keys = self._keys
        return self._session

    def _turn(self, waiting: list[tuple[RecordStream, int]]) -> list[tuple[RecordStream, int]]:
        """Write one turn's worth of records and return what is left of them."""
        now: list[tuple[RecordStream, int]] = []
        later: list[tuple[RecordStream, int]] = []
        room = TURN
        for stream, count in waiting:
            part = min(room, count)
            if part:
                now.append((stream, part))
            if count > part:
                later.append((stream, count - part))
            room -= part
        self._transact(now, [])
        return [(stream, count) for stream, count in later if stream.lost is None]

    def _transact(self, waiting: list[tuple[RecordStream, int]], tickets: list[Ticket[object, object]]) -> None:
        jobs = len(waiting) + sum(ticket.handler is not None for ticket in tickets)
        if not jobs:
            for ticket in tickets:
                ticket.done()
            return
        # The work that needs no database comes before this process takes its turn at it.
        batches = [StreamBatch(stream, count) for stream, count in sorted(waiting, key=lambda each: each[0].lease_id)]
        began = monotonic()
        held = self._attempt(batches, tickets, alone=jobs == 1, guarded=False, last=False)
        for attempt in range(1, _ATTEMPTS):
            if held is not None:
                break
            held = self._attempt(batches, tickets, alone=False, guarded=True, last=attempt == _ATTEMPTS - 1)
        self._tell(began, held or began, batches, tickets)

    def _tell(
        self, began: float, held: float, batches: list[StreamBatch], tickets: list[Ticket[object, object]]
    ) -> None:
        """Tell everybody that something was committed."""
        applied = [batch for batch in batches if batch.done]
        for batch in applied:
            batch.stream.taken(len(batch.records))
        for ticket in tickets:
            ticket.done()
        records = sum(len(batch.records) for batch in applied)
        try:
            done = {ticket.name for ticket in tickets} if tickets else set()
            if batches:
                done.add(STREAMED)
            session = self._session
            if not done <= _QUIET or (session is not None and session.has_appended):
                for listener in self.listeners:
                    listener(done)
            for seen in (self.metrics, self.spread):
                seen.observe(held - began, monotonic() - held, len(tickets), records)
            _trace(tickets, records, monotonic() - began, self._database.dialect)
        except Exception:  # noqa: BLE001 - told of, and nobody waits for it
            # It is committed, and all have their answers: what is told of it afterwards takes none of them back.
            _log.exception("What follows a commit failed.")

    def _attempt(
        self,
        batches: list[StreamBatch],
        tickets: list[Ticket[object, object]],
        *,
        alone: bool,
        guarded: bool,
        last: bool,
    ) -> float | None:
        """Write everything in one transaction; return when it was begun, or None when it must be done again.

        `guarded`: each operation has a savepoint to be undone to. There is none when one is `alone`.
        """
        session = self._opened()
        try:
            session.begin(_settling(batches))
            held = monotonic()
            if tickets:
                rows = [row for ticket in tickets for row in rows_of(ticket.request)]
                session.lock(rows + [("lease", batch.stream.lease_id) for batch in batches] if rows else rows)
            for batch in batches:
                batch.done = self._apply(session, batch, alone=alone)
            for ticket in tickets:
                self._do(session, ticket, alone=alone, guarded=guarded)
            session.commit()
        except _Undone:
            session.rollback()
            return None
        except BaseException as problem:
            session.rollback()
            if session.is_lost:
                self._session = None
            if session.is_passing(problem) and not last:
                return None
            cause = session.explain(problem)
            if cause is None and alone and isinstance(problem, session.failures):
                # A job whose failure was only known at the commit: with a savepoint of its own, it fails by itself.
                return None
            if cause is None:
                raise
            # A new session for the next attempt: the connection may be what failed.
            self._session = None
            session.close()
            raise cause from problem
        return held

    def _apply(self, session: Writer, batch: StreamBatch, *, alone: bool) -> bool:
        """Apply a stream's oldest records; return whether they were."""
        stream = batch.stream
        if batch.rows is None:
            self._apply_singly(session, batch)
            return True
        try:
            if alone:
                apply_alone(session, batch.rows, before=stream.applied, records=batch.records)
            else:
                session.save()
                apply(session, batch.rows, before=stream.applied, records=batch.records)
                session.release()
        except Exception as problem:
            if not _is_of_job(problem, session):
                raise
            if alone:
                session.restart()
            else:
                session.undo()
            if isinstance(problem, SegueError) and problem.status in {404, 409}:
                stream.lose(problem)
                return False
            self._apply_singly(session, batch)
        return True

    def _apply_singly(self, session: Writer, batch: StreamBatch) -> None:
        """Apply records one by one, leaving out those that cannot be stored; each keeps its number."""
        stream = batch.stream
        for number, record in enumerate(batch.records, start=stream.applied):
            session.save()
            try:
                apply(session, prepare(stream.lease_id, stream.fence, [record]), before=number, records=[record])
                session.release()
            except Exception as problem:
                if not _is_of_job(problem, session):
                    raise
                session.undo()
                skip(session, stream.lease_id, stream.fence, before=number)
                told = f"A record of run {stream.lease_id} cannot be stored: {problem}"
                stream.refused = problem if isinstance(problem, SegueError) else SegueError(told)
                _log.error(told)

    def _do(self, session: Writer, ticket: Ticket[object, object], *, alone: bool, guarded: bool) -> None:
        if ticket.handler is None:
            return
        began, before = monotonic(), session.touched
        # It may have failed in an attempt of which nothing is left.
        ticket.problem = None
        try:
            if guarded:
                session.save()
            session.caller = ticket.caller
            ticket.answer = ticket.handler(session, ticket.request)
            if guarded:
                session.release()
        except TakesLong:
            raise
        except Exception as problem:
            # Whatever else it is, a bug of the handler's among it, is for whoever asked, and for nobody who asked beside.
            if session.explain(problem) is not None:
                raise
            if alone:
                session.restart()
            elif guarded:
                session.undo()
            elif session.touched != before or isinstance(problem, session.failures):
                raise _Undone from problem
            ticket.problem = problem
        took = monotonic() - began
        if took > SLOW:
            _log.debug("%s took %.0f ms.", ticket.name, took * 1000)
