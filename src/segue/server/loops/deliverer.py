"""The deliverer: sends what is to be told to the world outside, each as often as it takes, several at a time."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

from segue.backend.embedded import EmbeddedBackend
from segue.decide.telling import FIRST
from segue.host import clock
from segue.host.clock import monotonic
from segue.model.deliveries import Delivery, Try
from segue.model.errors import SegueError, StorageProblem
from segue.outbound.errands import Errand, Outcome, refused
from segue.outbound.packing import packed
from segue.outbound.postman import Postman
from segue.server.bell import Bell
from segue.server.loops.loop import Loop
from segue.service import delivering as d
from segue.service.block_documents import opened
from segue.store.session import Session

_log = logging.getLogger("segue.server")

#: Deliveries that are sent at the same time: one that hangs does not hold up the others.
_AT_ONCE = 4
#: Seconds without anything to do after which it looks, and after which claims are prolonged.
_LONGEST, _KEEP = 2.0, d.LEASE / 4


class Deliverer(Loop):
    """Attempts each delivery when it is due; of several servers one makes each attempt."""

    name: ClassVar[str] = "deliverer"
    purpose: ClassVar[str] = "sends what people are told"

    def __init__(self, backend: EmbeddedBackend, bell: Bell, postman: Postman, *, first: float = FIRST) -> None:
        super().__init__(0.0)
        self._backend = backend
        self._bell = bell
        self._postman = postman
        #: Seconds of the first pause after a failure.
        self._first = first
        self._lock = threading.Lock()
        self._busy: dict[str, d.Claim] = {}
        self._kept = monotonic()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="segue-deliverer")
        self._ending = False

    def turn(self) -> None:
        """Begin what is to be sent now, prolong what is under way, or wait."""
        self._keep()
        self._postman.tidy()
        room = _AT_ONCE - len(self._busy)
        wait: float | None = _LONGEST
        if room > 0:
            found = self._backend.look(lambda session: d.find_due(session, room))
            for delivery in found.items:
                self._begin(delivery)
            if found.items:
                return
            wait = found.wait
        self._bell.wait(_LONGEST if wait is None else min(_LONGEST, wait))

    def break_off(self) -> None:
        """Take no attempt that fails from now on for a failure: it was broken off."""
        self._ending = True

    def end(self) -> None:
        """Wait for attempts that were broken off; another server makes them again."""
        self._threads.shutdown(wait=True)

    def _keep(self) -> None:
        now = monotonic()
        with self._lock:
            claims = list(self._busy.values())
        if claims and now - self._kept > _KEEP:
            self._backend.do("deliveries.keep", d.keep, claims)
        if not claims or now - self._kept > _KEEP:
            self._kept = now

    def _begin(self, delivery: Delivery) -> None:
        claim = d.Claim(id=delivery.id, attempts=delivery.attempts)
        claimed = self._backend.do("deliveries.claim", d.claim, claim)
        if claimed is None:
            return
        with self._lock:
            self._busy[claimed.id] = d.Claim(id=claimed.id, attempts=claimed.attempts)
        self._threads.submit(self._attempt, claimed)

    def _attempt(self, delivery: Delivery) -> None:
        began = monotonic()
        try:
            try:
                outcome = self._sent(delivery)
            finally:
                # Now there is room for another; the commit of the report says so to the loop.
                with self._lock:
                    self._busy.pop(delivery.id, None)
            if self._ending and not outcome.done:
                # Broken off by the end of this server: nobody failed.
                return
            told = Try(
                at=clock.now(), done=outcome.done, detail=outcome.detail, status=outcome.status,
                seconds=round(monotonic() - began, 3),
            )  # fmt: skip
            report = d.Report(
                id=delivery.id, attempts=delivery.attempts, outcome=told, again=outcome.again, after=outcome.after,
                first=self._first,
            )  # fmt: skip
            self._backend.do("deliveries.report", d.report, report)
        except StorageProblem as problem:
            # Its claim lapses, and it is attempted again.
            _log.warning("How delivery %s went could not be written: %s", delivery.id, problem)
        except Exception:  # noqa: BLE001 - whatever it was: the others are sent all the same
            _log.exception("Delivery %s failed.", delivery.id)

    def _sent(self, delivery: Delivery) -> Outcome:
        try:
            errand = self._backend.look(lambda session: _errand(session, delivery))
        except StorageProblem:
            raise
        except SegueError as problem:
            return refused(str(problem))
        return self._postman.do(errand)


def _errand(session: Session, delivery: Delivery) -> Errand:
    block = None if delivery.block_document_id is None else opened(session, delivery.block_document_id)
    return packed(delivery, block, at=clock.now())
