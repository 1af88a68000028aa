"""The heartbeat of a process: renews its leases and hears of cancellations.

One thread per process, alive while runs are. Hearing must be quick (a person waits for it), renewing need not be (a row is
written), hence the two rhythms.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from segue.backend.holders import this_holder
from segue.engine.asks import CancelRequested, LeaseLost
from segue.engine.ear import PATIENCE, Ear
from segue.engine.fuse import Fuse, Guarded
from segue.engine.turns import Turns
from segue.host import clock
from segue.model.errors import NotFound, StaleFence
from segue.model.states import Paused
from segue.wire.leases import LEASE_LISTEN, Listen, News
from segue.wire.operations import FLOW_RUN_READ, LEASE_RENEW
from segue.wire.requests import FULL_LEASE, ById, Lease, Renewal

if TYPE_CHECKING:
    from segue.backend.protocol import Backend, Stream
    from segue.engine.lives import FlowLife
    from segue.model.states import State

LISTEN_SECONDS = 0.4
#: Of the length of a lease, after which it is renewed.
RENEW_AFTER = 1 / 3
#: After so long it is said that a run does not stop.
RESIST_SECONDS = 5.0

log = logging.getLogger("segue.engine")


class Pulse:
    """Watches the runs of one process."""

    def __init__(self, backend: Backend, *, also: Callable[[], object] | None = None) -> None:
        self._backend = backend
        #: What else is to be looked at now and then while runs last.
        self._also = also
        self._lock = threading.Lock()
        self._lives: dict[str, FlowLife] = {}
        self._stoppers: dict[str, Callable[[BaseException], object]] = {}
        self._leases: dict[str, Lease] = {}
        self._streams: dict[str, Stream] = {}
        #: Called when a lease that belongs to no flow run is lost.
        self._losers: dict[str, Callable[[BaseException], object]] = {}
        self._thread: threading.Thread | None = None
        #: Runs that were asked to stop: since when, and whether it was said that they do not.
        self._asked: dict[str, tuple[float, bool]] = {}
        #: Cancelling states and lost leases that were heard of.
        self._known: set[str] = set()
        self._gone: set[tuple[str, int]] = set()
        self._ear = Ear(backend, self._question, self._hear)
        #: Ends in time what may be begun elsewhere.
        self.fuse = Fuse(self._burn)
        #: Claims of this process on slots.
        self.turns = Turns(backend, self._listen_now)
        #: Whether the last beat failed.
        self._away = False

    def watch(self, life: FlowLife, stop: Callable[[BaseException], object]) -> None:
        """Renew the lease of a run from now on, and call `stop` when it must end."""
        with self._lock:
            self._lives[life.id] = life
            self._stoppers[life.id] = stop
        self._start()

    def unwatch(self, life: FlowLife) -> None:
        """The run has ended."""
        self.fuse.put_out(life.id)
        with self._lock:
            self._lives.pop(life.id, None)
            self._stoppers.pop(life.id, None)
            self._asked.pop(life.id, None)

    def deafen(self, life: FlowLife) -> None:
        """The run's code has ended: its lease is renewed, but nothing stops it any more."""
        with self._lock:
            self._stoppers.pop(life.id, None)

    def hold(
        self,
        lease: Lease,
        stream: Stream | None = None,
        *,
        since: float | None = None,
        lost: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Renew a lease that belongs to no flow run; its stream, if it has one, hears which tags are limited.

        `lost` is called in time before it ends, when it was asked for at `since` (`clock.elapsed`) and cannot be renewed any more.
        """
        with self._lock:
            self._leases[lease.id] = lease
            if stream is not None:
                self._streams[lease.id] = stream
            if lost is not None:
                self._losers[lease.id] = lost
        if lost is not None and since is not None:
            self.fuse.light(Guarded(lease.id), since)
        self._start()

    def release(self, lease: Lease) -> None:
        """Renew it no longer."""
        self.fuse.put_out(lease.id)
        with self._lock:
            self._leases.pop(lease.id, None)
            self._streams.pop(lease.id, None)
            self._losers.pop(lease.id, None)

    def rest(self) -> None:
        """Renew nothing more: the session is over."""
        with self._lock:
            for held in (self._lives, self._stoppers, self._leases, self._streams, self._asked, self._losers):
                held.clear()

    def forked(self) -> list[FlowLife]:
        """Forget everything, in a child process: the runs are its parent's. Returns them."""
        lives = list(self._lives.values())
        self.__init__(self._backend, also=self._also)  # type: ignore[misc]  # the lock may be held by a thread that this process has not
        return lives

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._beat, name="segue-pulse", daemon=True)
            self._thread.start()

    def _beat(self) -> None:
        # The threads of runs share nothing with this one but a plain lock: an exception may be thrown into them at any point.
        pause = threading.Event()
        renewed = clock.monotonic()
        while True:
            pause.wait(LISTEN_SECONDS)
            with self._lock:
                if not self._lives and not self._leases:
                    self._thread = None
                    return
            try:
                self._listen()
                if clock.monotonic() - renewed >= self._shortest() * RENEW_AFTER:
                    renewed = clock.monotonic()
                    self._renew()
                    if self._also is not None:
                        self._also()
                self._away = False
            except Exception as error:
                # The database may be away for a while; the run goes on and the next beat tries again.
                if not self._away and not self._backend.is_remote:
                    log.warning("the heartbeat could not be written: %s", error)
                self._away = True

    def _listen(self) -> None:
        with self._lock:
            heard = [life for life in self._lives.values() if life.id in self._stoppers]
        for life in heard:
            # What the stream of records learnt: a write was refused, so nothing more of this run will be written.
            if life.parent is None and isinstance(getattr(life.stream, "lost", None), StaleFence | NotFound):
                self._lose(life.id)
        self._say_who_resists()
        if heard or self.turns.waiting:
            self._listen_now()

    def _listen_now(self) -> None:
        if self._backend.is_remote:
            self._ear.listen()
        else:
            question = self._asking(0.0)
            self._hear(question, self._backend.call(LEASE_LISTEN, question))

    def _question(self) -> Listen | None:
        """What the ear asks: nothing when no run is left that could be stopped, and nobody waits for a slot."""
        return self._asking(PATIENCE) if self._stoppers or self.turns.waiting else None

    def _asking(self, seconds: float) -> Listen:
        with self._lock:
            leases = [item for item in self._held().items() if item not in self._gone]
        known, turns = sorted(self._known), self.turns.told()
        return Listen(holder=this_holder(), leases=leases, known=known, turns=turns, seconds=seconds)

    def _held(self) -> dict[str, int]:
        return {lease.id: lease.fence for lease in self._leases_held()}

    def _leases_held(self) -> list[Lease]:
        lives = [life.lease for life in self._lives.values() if life.lease is not None]
        return [*lives, *self._leases.values()]

    def _shortest(self) -> float:
        with self._lock:
            return min((lease.seconds for lease in self._leases_held()), default=FULL_LEASE)

    def _hear(self, question: Listen, news: News) -> None:
        self.turns.hear(news.turns)
        fences = dict(question.leases)
        for id, state in news.cancel:
            self._known.add(state.id)
            self._cancel(id, state)
        for id in news.lost:
            self._gone.add((id, fences[id]))
            if id in self._stoppers and self._taken_over(id, fences[id]):
                self._lose(id)

    def _renew(self) -> None:
        with self._lock:
            held = self._leases_held()
        for seconds in sorted({lease.seconds for lease in held}):
            self._renew_for(seconds, {lease.id: lease.fence for lease in held if lease.seconds == seconds})

    def _renew_for(self, seconds: float, leases: dict[str, int]) -> None:
        since = clock.elapsed()
        answer = self._backend.call(LEASE_RENEW, Renewal(leases=list(leases.items()), seconds=seconds))
        self.fuse.renewed(leases.keys() - set(answer.lost), since)
        for id, state in answer.cancel:
            self._cancel(id, state)
        limited = frozenset(answer.limited_tags)
        with self._lock:
            streams = [life.stream for life in self._lives.values() if life.stream is not None]
            streams += self._streams.values()
        for stream in streams:
            stream.limited_tags = limited
        for id in answer.lost:
            if id in self._losers:
                self._burn(id, LeaseLost())
            if id in self._stoppers and self._taken_over(id, leases[id]):
                self._lose(id)

    def _taken_over(self, id: str, fence: int) -> bool:
        """A lease that is not renewed may only have been closed: the run goes on, and its end is recorded as a late outcome."""
        try:
            return self._backend.call(FLOW_RUN_READ, ById(id)).fence > fence
        except NotFound:
            return True

    def _lose(self, id: str) -> None:
        with self._lock:
            stop = self._stoppers.pop(id, None)
        if stop is not None:
            log.error("another process took over run %s: this one stops", id)
            stop(LeaseLost())

    def _burn(self, id: str, error: BaseException) -> None:
        with self._lock:
            stop = self._stoppers.pop(id, None) or self._losers.pop(id, None)
            self._leases.pop(id, None)
        if stop is not None:
            stop(error)

    def _cancel(self, id: str, state: State) -> None:
        if isinstance(state, Paused):
            self._suspend(id, state)
            return
        with self._lock:
            life, stop = self._lives.get(id), self._stoppers.get(id)
            if life is None or stop is None or life.cancelled is not None:
                return
            life.cancelled = state
            self._asked[id] = (clock.monotonic(), False)
        stop(CancelRequested(state))

    def _suspend(self, id: str, state: State) -> None:
        """Let a run come to its next step, where it ends: what it does now would only have to be done again."""
        with self._lock:
            life = self._lives.get(id)
        if life is not None and life.suspended is None:
            life.suspended = state
            # A line of the run itself.
            words = "flow run %r is suspended: it ends at its next step"
            logging.getLogger("segue.flow_runs").info(words, life.name, extra={"life": life})

    def _say_who_resists(self) -> None:
        now = clock.monotonic()
        with self._lock:
            overdue = [id for id, (since, said) in self._asked.items() if not said and now - since > RESIST_SECONDS]
            lives = [self._lives[id] for id in overdue]
            self._asked.update({id: (self._asked[id][0], True) for id in overdue})
        for life in lives:
            # A line of the run itself, to be read with it.
            logging.getLogger("segue.flow_runs").warning(
                "flow run %r was asked to stop %g s ago and has not: its code does not return to Python, or goes on regardless",
                life.name, RESIST_SECONDS, extra={"life": life},
            )  # fmt: skip
