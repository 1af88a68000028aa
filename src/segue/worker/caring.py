"""The runs in a worker's care: each started, watched, and told of until the record says how it truly ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec

from segue.backend.remote import RemoteBackend
from segue.engine.masking import masked
from segue.host import clock, config
from segue.host.ids import new_id
from segue.model.errors import NotFound, SegueError, StaleFence
from segue.model.launches import WorkerPlan
from segue.model.runs import Id
from segue.model.states import Actor, Cancelling, Crashed, Scheduled, State
from segue.wire.operations import FLOW_RUN_PROPOSE, FLOW_RUN_READ, LEASE_END
from segue.wire.requests import ById, EndLease, Lease, Proposal
from segue.wire.workers import Assignment
from segue.worker.charges import Charge, true_end
from segue.worker.jobs import job_of
from segue.worker.launching import Ending, Handle, Launcher, NoLaunch
from segue.worker.notes import Note, Notes

_log = logging.getLogger("segue.worker")

#: Seconds between attempts while the server is away: at first, and at most.
FIRST, LONGEST = 0.5, 5.0
#: Seconds for which an end is tried to be told once the worker is to stop.
_LAST_WORDS = 10.0


class Care:
    """All runs that one worker has started, or found."""

    def __init__(
        self,
        backend: RemoteBackend,
        plan: WorkerPlan,
        launcher: Launcher,
        notes: Notes,
        *,
        type: str,
        actor: Actor,
        home: str,
        stopping: threading.Event,
    ) -> None:
        self._backend = backend
        self._plan = plan
        self._launcher = launcher
        self._notes = notes
        self._type = type
        self._actor = actor
        self._home = home
        self._lock = threading.Lock()
        self._charges: dict[Id, Charge] = {}
        #: Leases of runs whose process has not taken them over yet.
        self._leases: dict[Id, Lease] = {}
        #: Set when no more runs are begun.
        self._stopping = stopping
        #: Set when a run has ended: one for whoever waits for the end, one for whoever waits for room.
        self.freed = threading.Event()
        self.changed = threading.Event()
        #: Set while there are runs.
        self.busy = threading.Event()

    def __len__(self) -> int:
        return len(self._charges)

    def all(self) -> list[Charge]:
        """Return the runs, as of now."""
        with self._lock:
            return list(self._charges.values())

    def get(self, id: Id) -> Charge | None:
        """Return a run, if it is in this worker's care."""
        return self._charges.get(id)

    def unbegun(self) -> list[tuple[Id, int]]:
        """Return the leases that are still the worker's to renew."""
        with self._lock:
            return [(lease.id, lease.fence) for lease in self._leases.values()]

    def begun(self, id: Id) -> None:
        """A run's process has its lease now, or somebody closed the run."""
        with self._lock:
            self._leases.pop(id, None)

    def take(self, assigned: Assignment, token: str) -> None:
        """Start a run that was claimed."""
        charge = self._charge(assigned.run.id, assigned.run.name, assigned.lease.fence)
        with self._lock:
            self._leases[charge.id] = assigned.lease
        name = f"segue-run-{assigned.run.name}"
        threading.Thread(target=self._begin, args=(charge, assigned, token), name=name, daemon=True).start()

    def find(self, note: Note) -> None:
        """Take over a run of a worker that is gone."""
        charge = self._charge(note.flow_run_id, note.name, note.fence, found=True)
        handle = self._launcher.find(note.infrastructure)
        ending = Ending(None, "ended while no worker was there to see how")
        target, args = (self._settle, (charge, ending)) if handle is None else (self._watch, (charge, handle))
        threading.Thread(target=target, args=args, name=f"segue-run-{note.name}", daemon=True).start()

    def _charge(self, id: Id, name: str, fence: int, *, found: bool = False) -> Charge:
        plan = self._plan
        charge = Charge(
            id, name, fence, patience=plan.patience_seconds, grace=plan.grace_seconds, found=found,
            unreachable=self._tell_unreachable,
        )  # fmt: skip
        with self._lock:
            self._charges[id] = charge
        self.busy.set()
        return charge

    def _tell_unreachable(self, charge: Charge, problem: SegueError) -> None:
        """Let the record say why a run that was asked to stop goes on."""
        _log.error("Flow run %s cannot be stopped, and it is tried again until it can: %s", charge.name, problem)
        asked = charge.asked
        if not isinstance(asked, Cancelling):
            return
        why = f"It cannot be stopped, and it is tried again until it can: {problem}"
        state = msgspec.structs.replace(
            asked, id=new_id(), timestamp=clock.now(), message=f"{asked.message} {why}" if asked.message else why
        )
        try:
            fence = self._backend.call(FLOW_RUN_READ, ById(charge.id)).fence
            self._backend.call(FLOW_RUN_PROPOSE, Proposal(id=charge.id, state=state, fence=fence))
        except SegueError as away:
            # Neither the one nor the other can be reached; the log says both.
            _log.error("The server could not be told of it either: %s", away)

    def _begin(self, charge: Charge, assigned: Assignment, token: str) -> None:
        try:
            if self._stopping.is_set():
                self._hand_back(charge, "Its worker stops; it waits for another.")
                return
            job = job_of(
                assigned, backend=self._backend, url=self._backend.address, home=self._home, claim_token=token,
                surroundings=config.surroundings(),
            )  # fmt: skip
            handle = self._launcher.start(job)
        except NoLaunch as problem:
            why = masked(str(problem))
            _log.error("Flow run %s: %s", charge.name, why)
            now = clock.now()
            state = Crashed(id=new_id(), name="Crashed", timestamp=now, message=why, actor=self._actor)
            self._close(charge, state)
            return
        except SegueError as problem:
            # What its job variables name could not be asked for: the server is away.
            _log.warning("Flow run %s: %s", charge.name, problem)
            self._hand_back(charge, "The server was away when its worker would have begun it; it waits for another.")
            return
        _log.info("Flow run %s has begun.", charge.name)
        self._notes.write(charge.id, charge.name, charge.fence, self._type, handle.note())
        self._watch(charge, handle)

    def _watch(self, charge: Charge, handle: Handle) -> None:
        ending = charge.watch(handle)
        _log.info("Flow run %s: its process %s.", charge.name, ending.words)
        self._settle(charge, ending, handle)

    def _settle(self, charge: Charge, ending: Ending, handle: Handle | None = None) -> None:
        """Let the record tell how the run ended, where its process did not; then nothing is left of its infrastructure."""

        def settled() -> None:
            # How its process ended the run may lie on this machine's disk.
            self._backend.deliver_leftovers()
            run = self._backend.call(FLOW_RUN_READ, ById(charge.id))
            state = true_end(run, charge, ending, actor=self._actor)
            if state is not None:
                _log.warning("Flow run %s is %s: %s", charge.name, state.name, state.message)
                self._backend.call(FLOW_RUN_PROPOSE, Proposal(id=run.id, state=state, fence=run.fence))
                if isinstance(state, Scheduled):
                    self._backend.call(LEASE_END, EndLease(id=run.id, fence=run.fence))

        self._insist(charge, settled, handle)

    def _close(self, charge: Charge, state: State) -> None:
        self._insist(
            charge,
            lambda: self._backend.call(FLOW_RUN_PROPOSE, Proposal(id=charge.id, state=state, fence=charge.fence)),
        )

    def _hand_back(self, charge: Charge, why: str) -> None:
        """Give back what was claimed and cannot be begun now."""
        now = clock.now()
        state = Scheduled(
            id=new_id(), name="Scheduled", timestamp=now, at=now, message=why, actor=self._actor,
        )  # fmt: skip

        def handed_back() -> None:
            self._backend.call(FLOW_RUN_PROPOSE, Proposal(id=charge.id, state=state, fence=charge.fence))
            self._backend.call(LEASE_END, EndLease(id=charge.id, fence=charge.fence))

        self._insist(charge, handed_back)

    def _insist(self, charge: Charge, tell: Callable[[], object], handle: Handle | None = None) -> None:
        """Tell the server until it has heard; what cannot be told in the end is left to the next worker of this home."""
        attempt, since = 0, None
        while True:
            try:
                tell()
            except (StaleFence, NotFound):
                break
            except SegueError as problem:
                if problem.status < 500:
                    _log.error("The end of flow run %s was not taken: %s", charge.name, problem)
                    break
                since = since or (clock.monotonic() if self._stopping.is_set() else None)
                if since is not None and clock.monotonic() - since > _LAST_WORDS:
                    self._drop(charge)
                    return
                threading.Event().wait(min(FIRST * 2.0 ** min(attempt, 8), LONGEST))
                attempt += 1
            else:
                break
        self._notes.forget(charge.id)
        if handle is not None:
            # Before the run leaves this worker's care: a worker that is to stop waits for no more than that.
            handle.let_go()
        self._drop(charge)

    def _drop(self, charge: Charge) -> None:
        with self._lock:
            self._charges.pop(charge.id, None)
            self._leases.pop(charge.id, None)
        self.changed.set()
        self.freed.set()
