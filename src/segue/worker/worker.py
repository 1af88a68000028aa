"""A worker: claims runs that are due, starts each, and sees it to its true end.

It calls out and is never called. Of its threads one waits for work at the server, one beats, one hears of cancellations while there
are runs, and one for each run waits for its end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from segue.backend.holders import this_holder
from segue.backend.remote import RemoteBackend
from segue.host import clock
from segue.host.ids import new_id
from segue.host.process import this_process
from segue.host.run_tokens import new_run_token
from segue.model.errors import NotFound, SegueError
from segue.model.launches import WorkerPlan
from segue.model.runs import Id
from segue.model.states import Actor
from segue.wire.operations import FLOW_RUN_LIST
from segue.wire.pools import POOL_CREATE, POOL_READ, NewWorkPool
from segue.wire.queries import RunQuery
from segue.wire.requests import ByName, LeaseRequest
from segue.wire.workers import MOST_CLAIMED, WORK_CLAIM, WORKER_BEAT, WORKER_LEAVE, ClaimWork, WorkerBeat, WorkerRef
from segue.worker.caring import FIRST, LONGEST, Care
from segue.worker.launching import Launcher
from segue.worker.notes import Notes
from segue.worker.watching import IDLE, LOOK, PATIENCE, hear, look_after

_log = logging.getLogger("segue.worker")

#: Of so many beats one tells who the worker is, where the others are its questions for work.
_WHOLE = 10
#: What runs of no pool are started on.
_PROCESS = "process"


class NoPool(NotFound):
    """There is no work pool {name!r}. `segue work-pool create {name} --type process` makes one, and so does --type here."""

    code = "worker.no-pool"


class WrongType(SegueError):
    """Work pool {name!r} is of type {type}, and this worker was asked to be of type {given}: leave --type out."""

    code = "worker.wrong-type"
    status = 409


class Worker:
    """One worker of one server."""

    def __init__(
        self,
        backend: RemoteBackend,
        plan: WorkerPlan,
        launcher_of: Callable[[str], Launcher],
        *,
        home: str,
        version: str,
    ) -> None:
        self._backend = backend
        self._plan = plan
        self._launcher_of = launcher_of
        self._type = plan.type or _PROCESS
        self._home = home
        self._version = version
        self._id: Id = new_id()
        self._care: Care | None = None
        #: When it last asked for work, which is a beat as well; and whether there may be neighbours to look at.
        self._asked = float("-inf")
        self._has_neighbours = True
        self._stopping = threading.Event()
        self._nothing_due = threading.Event()

    def run(self) -> None:
        """Work until `stop` is called, and then until every run under way has ended; raises what the server says against it."""
        launcher = self._meet()
        if launcher is None:
            return
        try:
            self._work(launcher)
        finally:
            launcher.close()

    def _work(self, launcher: Launcher) -> None:
        launcher.warm()
        notes = Notes(self._home, self._backend.address)
        actor = Actor(kind="worker", name=self._plan.name, id=self._id)
        care = self._care = Care(
            self._backend,
            self._plan,
            launcher,
            notes,
            type=self._type,
            actor=actor,
            home=self._home,
            stopping=self._stopping,
        )
        for orphan in notes.orphans(self._type):
            care.find(orphan)
        for name, target in (("claims", self._claim), ("beats", self._beat), ("ear", self._hear)):
            threading.Thread(target=target, args=(care,), name=f"segue-{name}", daemon=True).start()
        while len(care) or not self._stopping.is_set():
            care.changed.wait(1.0)
            care.changed.clear()
            if self._plan.run_once and self._nothing_due.is_set() and not len(care):
                break
        self._stopping.set()
        self._leave()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what runs has ended. Safe from every thread."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._care is not None:
            self._care.changed.set()
        # Let the server answer what waits there for work.
        threading.Thread(target=self._leave, name="segue-leave", daemon=True).start()

    def stop_now(self) -> None:
        """End what runs as well. Safe from every thread."""
        self.stop()
        for charge in self._care.all() if self._care is not None else ():
            charge.stop("The worker was told to stop at once.")

    @property
    def current(self) -> int:
        """How many runs are in its care."""
        return len(self._care) if self._care is not None else 0

    def _meet(self) -> Launcher | None:
        """Make the worker known, as soon as the server is there, and return what starts its runs; None when stopped before that."""
        attempt = 0
        while not self._stopping.is_set():
            try:
                launcher = self._launcher_of(self._pools_type())
                self._tell()
            except SegueError as problem:
                if problem.status < 500:
                    raise
                # The backend has said, once, that the server is away.
                self._stopping.wait(min(FIRST * 2.0 ** min(attempt, 8), LONGEST))
                attempt += 1
            else:
                _log.info("Worker %s is there, and waits for runs.", self._plan.name)
                return launcher
        return None

    def _pools_type(self) -> str:
        """Return what runs of this worker's pool are started on; a pool that is not there is made where the type was named."""
        name, type = self._plan.work_pool_name, self._plan.type
        if name is None:
            return self._type
        try:
            pool = self._backend.call(POOL_READ, ByName(name))
        except NotFound:
            if type is None:
                raise NoPool(name=name) from None
            pool = self._backend.call(POOL_CREATE, NewWorkPool(id=new_id(), name=name, type=type))
            _log.info("Made work pool %s of type %s.", name, type)
        if type is not None and type != pool.type:
            raise WrongType(name=name, type=pool.type, given=type)
        self._type = pool.type
        return pool.type

    def _tell(self) -> None:
        """Beat; raises what the backend raises."""
        plan = self._plan
        if plan.work_pool_name is None:
            # Nobody asks for the beats of who serves deployments by itself; it is only seen whether the server is there.
            self._backend.call(FLOW_RUN_LIST, RunQuery(limit=0))
            return
        me = this_process()
        beat = WorkerBeat(
            work_pool_name=plan.work_pool_name, name=plan.name, heartbeat_seconds=plan.heartbeat_seconds,
            work_queue_names=plan.work_queue_names, limit=plan.limit,
            facts={"type": self._type, "version": self._version, "host": me.host, "pid": me.pid},
        )  # fmt: skip
        self._id = self._backend.call(WORKER_BEAT, beat).id

    def _leave(self) -> None:
        if self._plan.work_pool_name is not None:
            with suppress(SegueError):
                self._backend.call(WORKER_LEAVE, WorkerRef(self._plan.work_pool_name, self._plan.name))

    def _claim(self, care: Care) -> None:
        attempt, asking, token = 0, new_id(), new_run_token()
        while not self._stopping.is_set():
            room = self._room(care)
            if room == 0:
                care.freed.wait(1.0)
                care.freed.clear()
                continue
            request = ClaimWork(
                id=asking, lease=LeaseRequest(holder=this_holder(), served=True, token=token), worker_id=self._id,
                worker_name=self._plan.name, work_pool_name=self._plan.work_pool_name,
                work_queue_names=self._plan.work_queue_names, deployment_ids=self._plan.deployment_ids,
                limit=room, seconds=0.0 if self._plan.run_once else PATIENCE, beats=self._plan.work_pool_name is not None,
            )  # fmt: skip
            asked = clock.monotonic()
            try:
                found = self._backend.call(WORK_CLAIM, request)
            except SegueError as problem:
                if problem.status < 500:
                    _log.error("No work can be claimed: %s", problem)
                self._stopping.wait(min(FIRST * 2.0 ** min(attempt, 8), LONGEST))
                attempt += 1
                continue
            items, self._has_neighbours, self._asked = found.items, found.has_neighbours, asked
            if not items:
                self._nothing_due.set()
                care.changed.set()
                if self._plan.run_once:
                    return
            for assigned in items:
                care.take(assigned, token)
            attempt, asking, token = 0, new_id(), new_run_token()

    def _room(self, care: Care) -> int:
        if self._plan.limit is None:
            return MOST_CLAIMED
        return min(MOST_CLAIMED, max(0, self._plan.limit - len(care)))

    def _beat(self, care: Care) -> None:
        told, looked, pause = clock.monotonic(), float("-inf"), threading.Event()
        while len(care) or not self._stopping.is_set():
            try:
                if self._is_to_beat(told) and not self._stopping.is_set():
                    self._tell()
                    told = clock.monotonic()
                # The first look is at once: what a worker of this machine held that was killed waits for nothing else.
                if len(care) or (self._has_neighbours and clock.monotonic() - looked >= IDLE):
                    look_after(self._backend, care)
                    looked = clock.monotonic()
            except SegueError as problem:
                _log.debug("The worker's beat was not heard: %s", problem)
            pause.wait(min(LOOK, self._plan.heartbeat_seconds))

    def _is_to_beat(self, told: float) -> bool:
        """Say whether it is time for a beat; while it asks for work and is answered, only to tell now and then who it is."""
        now, every = clock.monotonic(), self._plan.heartbeat_seconds
        asks = self._plan.work_pool_name is not None and now - self._asked < every + PATIENCE and every >= PATIENCE
        return now - told >= (_WHOLE if asks else 1) * every

    def _hear(self, care: Care) -> None:
        hear(self._backend, care, self._id)
