"""The sender: one thread a process that delivers records to a server, or keeps them on disk while it is away.

    a record is put → queued in memory, at most a moment → at the server
                                                         ↘ or in the spool, and from there to the server, in order

Whoever flushes is let go when what was put before is at the server or on this machine's disk; whoever needs it to be at the server
says `deliver`.
"""

from __future__ import annotations

import logging
import threading

from segue.backend.commits import Ticket
from segue.backend.courier import Courier, RemoteStream
from segue.backend.delivery import Post
from segue.backend.outage import Away, Outage, Patience
from segue.backend.spool import SpoolProblem
from segue.backend.spools import Spools
from segue.backend.streams import RecordStream
from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.wire.requests import Proposal

_log = logging.getLogger("segue.backend")

#: Seconds that a record may wait for company.
_LINGER = 0.040
#: Seconds between attempts to keep what neither the server nor the disk takes.
_AGAIN = 0.5


class Errand(Ticket[None, None]):
    """Somebody waits for what was put so far."""

    def __init__(self, *, arrived: bool, kept: tuple[RemoteStream, Proposal] | None = None) -> None:
        super().__init__("deliver" if arrived else "flush", None, None)
        #: Whether it must be at the server.
        self.arrived = arrived
        #: A proposal to be kept behind the records of its run.
        self.kept = kept


class Sender:
    """Delivers the records of one process to one server."""

    def __init__(self, post: Post, spools: Spools, outage: Outage, patience: Patience) -> None:
        self._patience = patience
        self._outage = outage
        self._courier = Courier(post, spools, outage)
        self._new()

    def _new(self) -> None:
        # Taken as `with self._lock`: see the writer.
        self._lock = threading.Lock()
        self._bell = threading.Condition(self._lock)
        self._errands: list[Errand] = []
        self._streams: list[RemoteStream] = []
        self._hurried = False
        self._due: float | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        #: Set when no thread can be started any more: the interpreter is going down.
        self._alone = False

    # --- called by every thread ------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether everything put so far is at the server."""
        return all(stream.lost is not None or stream.empty for stream in self._streams)

    def arm(self) -> None:
        """Let the next batch be at most the lingering time away."""
        with self._lock:
            if self._due is None:
                self._due = monotonic() + _LINGER
                self._wake()

    def hurry(self) -> None:
        """Let the next batch be now."""
        with self._lock:
            self._hurried = True
            self._wake()

    def within(self, seconds: float) -> None:
        """Let the next batch be at most so far away."""
        self._again(seconds, wake=True)

    def flush(self) -> None:
        """Return when everything put so far is at the server, or kept on this machine's disk."""
        if all(stream.in_memory == 0 for stream in self._streams):
            return
        self._send_on(Errand(arrived=False))

    def deliver(self) -> None:
        """Return when everything put so far is at the server; raises `Away`."""
        if not self.idle:
            self._send_on(Errand(arrived=True))

    def keep(self, stream: RemoteStream, proposal: Proposal) -> None:
        """Keep a proposal behind the records of its run; raises `SpoolProblem`."""
        self._send_on(Errand(arrived=False, kept=(stream, proposal)))

    def stream_of(self, lease_id: str) -> RemoteStream | None:
        """Return the stream of a lease that this process holds."""
        return next((stream for stream in self._streams if stream.lease_id == lease_id), None)

    def attach(self, stream: RemoteStream) -> None:
        """Take records from a stream from now on."""
        with self._lock:
            self._streams.append(stream)

    def detach(self, stream: RecordStream) -> None:
        """Forget a stream, once nothing of it waits."""
        with self._lock:
            for each in self._streams:
                each.closed = each.closed or each is stream
            self._streams = [each for each in self._streams if not each.closed or not each.empty]

    def close(self) -> None:
        """Try once more to deliver what waits, and leave the rest on disk for the next process."""
        with self._lock:
            if self._closing:
                return
        self._deliver_last()
        with self._lock:
            self._closing = True
            thread = self._thread
            self._bell.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        for errand in self._errands:
            errand.done(SpoolProblem(self._courier.trouble))
        for stream in self._streams:
            if stream.spool is not None:
                stream.spool.close()

    def _deliver_last(self) -> None:
        pause = threading.Event()
        for attempt in range(self._patience.retries + 1):
            try:
                self.deliver()
                return
            except Away as away:
                if not any(stream.in_memory for stream in self._streams):
                    break
                # Neither the server nor the disk takes it: the only reason to wait for anything here.
                pause.wait(self._patience.pause(attempt, away.retry_after))
        self._courier.tell_what_is_left(self._streams)

    def abandon(self) -> None:
        """Become a sender without records in a forked child."""
        for stream in self._streams:
            stream.abandon()
            if stream.spool is not None:
                stream.spool.abandon()
        self._new()

    def _send_on(self, errand: Errand) -> None:
        with self._lock:
            if self._closing:
                # Nothing can be taken in any more, and nothing waits.
                return
            self._errands.append(errand)
            self._hurried = True
            self._wake()
        if self._alone:
            self._work()
        errand.wait()

    # --- the thread ------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._thread is None and not self._alone:
            thread = threading.Thread(target=self._run, name="segue-records", daemon=True)
            try:
                thread.start()
                self._thread = thread
            except RuntimeError:
                self._alone = True
        self._bell.notify()

    def _run(self) -> None:
        while self._wait():
            try:
                self._work()
            except Exception:  # noqa: BLE001
                # A bug of ours must not end the only thread that delivers.
                _log.exception("Records could not be delivered.")

    def _wait(self) -> bool:
        with self._lock:
            while not self._hurried:
                if self._closing:
                    return False
                left = None if self._due is None else self._due - monotonic()
                if left is not None and left <= 0:
                    break
                self._bell.wait(left)
            return True

    def _work(self) -> None:
        with self._lock:
            errands, self._errands = self._errands, []
            self._hurried, self._due = False, None
            streams = list(self._streams)
        away, unkept = None, False
        forced = any(errand.arrived for errand in errands)
        for stream in streams:
            try:
                self._courier.serve(stream, forced=forced)
            except Away as problem:
                away = problem
                if not self._courier.keep(stream):
                    unkept = True
        with self._lock:
            self._streams = [each for each in self._streams if not each.closed or not each.empty]
        if away is not None:
            self._again(_AGAIN if unkept else max(self._outage.probe_in(), 0.01))
        for errand in errands:
            self._settle(errand, away, unkept=unkept)

    def _again(self, pause: float, *, wake: bool = False) -> None:
        at = monotonic() + pause
        with self._lock:
            if self._due is None or self._due > at:
                self._due = at
                if wake:
                    self._wake()

    def _settle(self, errand: Errand, away: Away | None, *, unkept: bool) -> None:
        """Let somebody go, or wait on."""
        if errand.kept is not None:
            try:
                self._courier.keep_proposal(*errand.kept)
                self._again(max(self._outage.probe_in(), 0.01))
            except SegueError as problem:
                errand.done(problem)
                return
        elif errand.arrived:
            errand.done(away)
            return
        elif unkept:
            with self._lock:
                self._errands.append(errand)
            return
        errand.done()
