"""One run in a worker's care: started, stopped when that is asked for, and seen to its true end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.model.launches import AWAY, NOT_MINE
from segue.model.runs import FlowRun, Id
from segue.model.states import Actor, Cancelled, Cancelling, Crashed, Paused, Pending, Scheduled, State
from segue.worker.launching import Ending, Handle

_log = logging.getLogger("segue.worker")


#: Seconds between attempts to reach infrastructure that is away.
_AGAIN = 2.0


class Charge:
    """A run that this worker has started, or found."""

    def __init__(
        self,
        id: Id,
        name: str,
        fence: int,
        *,
        patience: float,
        grace: float,
        found: bool = False,
        unreachable: Callable[[Charge, SegueError], object] | None = None,
    ) -> None:
        self.id = id
        self.name = name
        #: Under which the worker claimed it; its process holds it under the next one.
        self.fence = fence
        #: A worker that is gone had started it.
        self.found = found
        self._patience = patience
        self._grace = grace
        #: Told once when what it runs on cannot be reached to end it.
        self._unreachable = unreachable
        self._lock = threading.Lock()
        self._handle: Handle | None = None
        self._over = threading.Event()
        #: Why it is stopped: the Cancelling state, or a word of the worker's own.
        self.asked: State | str | None = None

    def watch(self, handle: Handle) -> Ending:
        """Wait for its end."""
        with self._lock:
            self._handle = handle
            asked = self.asked
        if asked is not None:
            self._begin_to_stop()
        ending = handle.wait(None)
        self._over.set()
        if self.asked is not None:
            # Its first process is gone; what that started may not be.
            self._insist(handle.kill, tell=False)
        return ending or Ending(None, "ended, nobody knows how")

    @property
    def is_over(self) -> bool:
        """Whether its infrastructure has ended."""
        return self._over.is_set()

    def stop(self, why: State | str) -> None:
        """End it: by itself where it was asked to cancel, else by a signal; by force in the end."""
        with self._lock:
            if self.asked is not None:
                return
            self.asked = why
            started = self._handle is not None
        if started:
            self._begin_to_stop()

    def _begin_to_stop(self) -> None:
        threading.Thread(target=self._stop, name=f"segue-stop-{self.name}", daemon=True).start()

    def _stop(self) -> None:
        handle, asked = self._handle, self.asked
        if handle is None:
            return
        # A run that is cancelled hears of it by itself, and may have hooks to call.
        if not isinstance(asked, str) and self._over.wait(self._patience):
            return
        self._insist(handle.ask)
        if not self._over.wait(self._grace):
            _log.warning("Flow run %s does not end within %g s of being asked: it is killed.", self.name, self._grace)
            self._insist(handle.kill)

    def _insist(self, deed: Callable[[], object], *, tell: bool = True) -> None:
        """Do what needs the infrastructure as soon as that can be reached."""
        told = not tell
        while True:
            try:
                deed()
            except SegueError as problem:
                if problem.status < 500:
                    raise
                if not told and self._unreachable is not None:
                    self._unreachable(self, problem)
                told = True
            else:
                return
            # Whoever waits for its end finds it gone as soon as it can be asked.
            if self._over.wait(_AGAIN) and tell:
                return
            if not tell:
                threading.Event().wait(_AGAIN)


def true_end(run: FlowRun, charge: Charge, ending: Ending, *, actor: Actor) -> State | None:
    """Return the state that a run must enter whose infrastructure has ended; None where its record is right as it is."""
    state = run.state
    if state.final or run.fence not in {charge.fence, charge.fence + 1}:
        return None
    now = clock.now()
    match state:
        case Paused(reschedule=True):
            return None
        case Scheduled(name=name) if name != "AwaitingRetry":
            # It was suspended, and somebody has resumed it.
            return None
        case Cancelling(actor=who, message=message):
            return Cancelled(
                id=new_id(),
                name="Cancelled",
                timestamp=now,
                message=message or "Flow run was cancelled.",
                actor=who or actor,
            )
        case Pending() if run.fence == charge.fence:
            if ending.code == NOT_MINE or (ending.code is None and charge.found):
                # Somebody else has it; or the worker that held it is gone, and the reaper gives it to another.
                return None
            if ending.code == AWAY:
                why = "The server was away when its process would have begun it; it waits for another."
                return Scheduled(id=new_id(), name="Scheduled", timestamp=now, at=now, message=why, actor=actor)
            why = f"Its infrastructure {ending.words} before the run began."
        case _ if ending.code == NOT_MINE:
            why = "Its process could not renew its lease, and stopped before another may begin the run."
        case _:
            why = f"Its process {ending.words}."
    if ending.out_of_memory:
        why = f"It ran out of memory. {why}"
    if isinstance(charge.asked, str):
        why = f"{charge.asked} {why}"
    return Crashed(id=new_id(), name="Crashed", timestamp=now, message=why, actor=actor)
