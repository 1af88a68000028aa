"""From calls to the record: runs that several threads hand over at the same moment go there together, in one request.

Whoever comes first goes at once; who comes meanwhile waits for its return, and all of them go with the next. So a program that
hands over little waits for nothing, and one that hands over much pays for a request, a file and a commit once for many. A call
returns when its own run is acknowledged, or raises what became of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from segue.engine.session import backend, caller
from segue.host import clock, config
from segue.model.errors import SegueError
from segue.result_journal import JournalResults
from segue.wire.background import MOST_RUNS, TASK_RUN_ENQUEUE_MANY, EnqueueMany
from segue.wire.requests import Enqueue

#: From here on it is the server's trouble, and not that of one of several runs.
_PASSING = 500
#: Seconds for which those are waited for who came along the last time.
_GATHERED = 0.002
#: Runs whose inputs lie in one file, and seconds for which it is written: long before the run it is named after can be deleted.
_OF_ONE_FILE, _LONGEST = 1_000, 1.0


class Given:
    """One run to be handed over, and its inputs where they are not kept yet."""

    __slots__ = ("go", "gone", "inputs", "kept", "over", "problem", "request")

    def __init__(self, request: Enqueue, inputs: object) -> None:
        self.request = request
        self.inputs = inputs
        self.kept = bool(request.inputs_ref)
        #: Whether it was acknowledged, or refused, and why.
        self.over = False
        self.problem: Exception | None = None
        #: Opened when that is so, or when it is its turn to go for others.
        self.go = threading.Lock()
        self.go.acquire()
        #: Whether nobody waits for it any more.
        self.gone = False


class _Inputs:
    """The file to which the inputs of runs go that are handed over one by one."""

    def __init__(self) -> None:
        self._journal: JournalResults | None = None
        self._many = 0
        self._since = 0.0

    def keep(self, given: Sequence[Given]) -> None:
        """Put inputs on stable storage, with one sync for all; raises SerializationError, OSError."""
        apart = [each for each in given if not each.kept]
        if apart:
            journal = self._opened(apart[0].request.id, len(apart))
            _keep_in(journal, apart)
            journal.settle()
            _are_kept(apart)

    def _opened(self, run_id: str, many: int) -> JournalResults:
        found, folder, now = self._journal, _folder(), clock.elapsed()
        old = now - self._since >= _LONGEST or self._many + many > _OF_ONE_FILE
        if found is None or old or found.folder != folder or not found.path.exists():
            self._journal, self._many, self._since = None, 0, now
            if found is not None:
                found.close()
            # Named after a run, with whose files it is taken away once no run points to it.
            found = self._journal = JournalResults(folder, run_id)
        self._many += many
        return found


class _Turns:
    """One request at a time for those who ask the same backend in the same name.

    Each who waits has a lock of its own, which is opened once: when it was taken along, or when it is its turn to go. Woken
    together at every step, they would be busy with that alone.
    """

    def __init__(self) -> None:
        # Taken as `with self._lock`: an exception thrown into a thread finds no moment between taking and holding.
        self._lock = threading.Lock()
        self._enough = threading.Condition(self._lock)
        #: Who is on the way for others.
        self._leader: Given | None = None
        self._gathering = False
        self._waiting: dict[int, tuple[object, Given]] = {}
        self._inputs = _Inputs()
        #: How many went together lately.
        self._lately = 1

    def take(self, given: Given) -> None:
        """Return once it is acknowledged; raises why it is not."""
        asker, taken = (id(backend()), caller()), [given]
        try:
            with self._lock:
                self._waiting[id(given)] = asker, given
                if self._leader is None:
                    self._leader = given
                elif self._gathering and len(self._waiting) >= self._lately:
                    self._enough.notify()
            if self._leader is not given:
                given.go.acquire()
            if not given.over:
                self._gather(asker, taken)
                self._send(taken)
        finally:
            self._leave(asker, given, taken)
        if given.problem is not None:
            raise given.problem

    def _gather(self, asker: object, taken: list[Given]) -> None:
        """Take along those that may go with this one; who came along lately is back in a moment."""
        with self._lock:
            self._gathering = True
            self._enough.wait_for(lambda: len(self._waiting) >= self._lately, _GATHERED if self._lately > 1 else 0)
            self._gathering = False
            others = [each for known, each in self._waiting.values() if known == asker and each is not taken[0]]
            taken += others[: MOST_RUNS - 1]
            for each in taken:
                self._waiting.pop(id(each), None)
            self._lately = max(len(taken), self._lately - 1)

    def _leave(self, asker: object, given: Given, taken: list[Given]) -> None:
        with self._lock:
            given.gone = True
            self._waiting.pop(id(given), None)
            for each in taken:
                if each.over:
                    if each is not given:
                        each.go.release()
                elif not each.gone:
                    # This thread was interrupted: they go again in their own turn, and nothing is made twice.
                    self._waiting[id(each)] = asker, each
            if self._leader is given:
                self._pass_on()

    def _pass_on(self) -> None:
        """Let the next one go, if anybody waits; called with the lock."""
        self._leader = next((each for _, each in self._waiting.values()), None)
        if self._leader is not None:
            self._leader.go.release()

    def _send(self, given: list[Given]) -> None:
        try:
            self._inputs.keep(given)
            _record(given)
        except Exception as problem:  # noqa: BLE001 - each of those who wait is told, or tried by itself
            if len(given) > 1 and not (isinstance(problem, SegueError) and problem.status >= _PASSING):
                for each in given:
                    self._send([each])
                return
            for each in given:
                each.problem = problem
        for each in given:
            each.over = True


_turns = _Turns()


def hand_over(given: Given) -> None:
    """Return once the run is acknowledged; raises what the backend raises, SerializationError, OSError."""
    _turns.take(given)


def hand_over_all(given: Sequence[Given]) -> None:
    """Return once all are acknowledged, or raise what became of one of them, when none is."""
    apart = [each for each in given if not each.kept]
    if apart:
        with closing(JournalResults(_folder(), apart[0].request.id)) as journal:
            _keep_in(journal, apart)
        _are_kept(apart)
    _record(given)


def _record(given: Sequence[Given]) -> None:
    backend().call(TASK_RUN_ENQUEUE_MANY, EnqueueMany(items=[each.request for each in given]))


def _keep_in(journal: JournalResults, given: Sequence[Given]) -> None:
    for each, ref in zip(given, journal.save_all([(each.request.id, each.inputs) for each in given]), strict=True):
        each.request = msgspec.structs.replace(each.request, inputs_ref=msgspec.json.encode(ref).decode())


def _are_kept(given: Sequence[Given]) -> None:
    for each in given:
        each.kept = True


def _folder() -> Path:
    return Path(config.current().results.local_storage_path) / "journals"


def _forked() -> None:
    global _turns  # noqa: PLW0603 - its locks may be held by threads that this process does not have
    _turns = _Turns()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
