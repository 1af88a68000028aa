"""The courier: takes the records of one stream to the server, or to this machine's disk while the server is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext

import msgspec

from segue.backend.delivery import NO_LEASE, Packed, Post, Refused, drain, is_loss, pack, refused, send
from segue.backend.outage import Away, Outage
from segue.backend.spool import PROPOSAL, RECORDS, Spool, SpoolProblem
from segue.backend.spools import Spools
from segue.backend.streams import Bell, RecordStream
from segue.host.tracing import traceparent, tracer
from segue.model import sizes
from segue.model.errors import SegueError
from segue.model.records import Record
from segue.wire.requests import Lease, Proposal

_log = logging.getLogger("segue.backend")


class RemoteStream(RecordStream):
    """The ordered records of one lease, on their way to a server."""

    def __init__(self, sender: Bell, lease: Lease, token: str | None) -> None:
        super().__init__(sender, lease, taker="the server")
        #: What proves that records are this run's, whatever becomes of the key that began it.
        self.token = token
        #: What waits on disk; only the sender's thread touches it.
        self.spool: Spool | None = None
        self.closed = False
        #: The span of the run, to which what is sent of it belongs.
        self.traceparent = traceparent()

    def behind(self, settle: Callable[[], object]) -> None:
        """Settle at once: records leave for a server, or for a spool, at any moment."""
        settle()

    @property
    def empty(self) -> bool:
        """Whether nothing waits, here or on disk."""
        return self.spool is None and not self.in_memory


class Courier:
    """Delivers or keeps; used by the sender's thread alone."""

    def __init__(self, post: Post, spools: Spools, outage: Outage) -> None:
        self._post = post
        self._spools = spools
        self._outage = outage
        self._last: Away | None = None
        #: Why the disk does not take what the server does not, once that was told.
        self._full: str | None = None

    @property
    def trouble(self) -> str:
        """Why the disk does not take what the server does not."""
        return self._full or "They could not be kept."

    def serve(self, stream: RemoteStream, *, forced: bool) -> None:
        """Deliver what waits of one stream; raises `Away`."""
        count = stream.waiting()
        if not count and stream.spool is None:
            return
        if stream.lost is not None:
            self._drop(stream)
            return
        if self._last is not None and not forced and self._outage.probe_in() > 0:
            # A new one each time: what is raised again and again grows.
            raise Away(self._last.problem, unsure=False)
        tracing = tracer()
        try:
            with nullcontext() if tracing is None else tracing.within(stream.traceparent):
                self._send_all(stream, count)
        except Away as away:
            self._last = away
            raise
        except SegueError as problem:
            if not is_loss(problem):
                # Such as a key that is valid no more: it is kept until somebody mends it.
                self._last = Away(problem, unsure=False)
                self._outage.begin(self._last)
                raise self._last from problem
            stream.lose(problem)
            self._drop(stream)
        self._last = self._full = None

    def _send_all(self, stream: RemoteStream, count: int) -> None:
        def moved(applied: int, problem: SegueError | None) -> None:
            stream.applied = applied
            stream.refused = stream.refused or problem

        if stream.spool is not None:
            drain(stream.spool, self._post, moved=moved)
            self._drop(stream)
        while count > 0:
            packed = pack(stream.first(count), stream.lease_id)
            try:
                self._send(stream, packed)
            except Refused:
                for record in stream.first(packed.used):
                    self._send_one(stream, record)
            count -= packed.used

    def _send(self, stream: RemoteStream, packed: Packed) -> None:
        lease = (stream.lease_id, stream.fence)
        stream.applied = send(self._post, packed, applied=stream.applied, lease=lease, token=stream.token)
        stream.refused = stream.refused or packed.problem
        stream.kept(packed.used)

    def _send_one(self, stream: RemoteStream, record: Record) -> None:
        try:
            self._send(stream, pack([record], stream.lease_id))
        except Refused as refusal:
            stream.refused = stream.refused or refused(stream.lease_id, refusal.problem)
            stream.kept(1)

    def keep(self, stream: RemoteStream) -> bool:
        """Write what waits of a stream to disk; say whether there was room and nothing went wrong."""
        if stream.lost is not None:
            return True
        count = stream.waiting()
        try:
            while count > 0:
                spool = self._spool_of(stream)
                packed = pack(stream.first(count), stream.lease_id)
                if packed.count:
                    spool.append(RECORDS, packed.text, limit=self._spools.limit)
                stream.refused = stream.refused or packed.problem
                stream.kept(packed.used)
                count -= packed.used
        except SpoolProblem as problem:
            if self._full is None:
                self._full = str(problem)
                _log.error(
                    "%s What runs goes on until %s records wait in memory.", problem, f"{sizes.PENDING_RECORDS:,}"
                )
            return False
        return True

    def keep_proposal(self, stream: RemoteStream, proposal: Proposal) -> None:
        """Keep a proposal behind the records of its run; raises `SpoolProblem`."""
        if stream.lost is not None:
            raise stream.lost
        if not self.keep(stream):
            raise SpoolProblem(self.trouble)
        self._spool_of(stream).append(PROPOSAL, msgspec.json.encode(proposal))

    def _spool_of(self, stream: RemoteStream) -> Spool:
        if stream.spool is None:
            stream.spool = self._spools.create(stream.lease_id, stream.fence, stream.applied, stream.token)
        return stream.spool

    def _drop(self, stream: RemoteStream) -> None:
        if stream.spool is not None:
            stream.spool.remove()
            stream.spool = None

    def tell_what_is_left(self, streams: list[RemoteStream]) -> None:
        """Tell where what could not be delivered is, or that it is lost."""
        for stream in streams:
            if stream.in_memory:
                _log.error(
                    "%d %s are lost: the server is away. %s", stream.in_memory, _called(stream).lower(), self.trouble
                )
            elif stream.spool is not None:
                _log.warning(
                    "%s wait in %s; the next segue command of this home delivers them, or `segue spool flush`.",
                    _called(stream), stream.spool.path,
                )  # fmt: skip


def _called(stream: RemoteStream) -> str:
    return "Events" if stream.fence == NO_LEASE else f"Records of run {stream.lease_id}"
