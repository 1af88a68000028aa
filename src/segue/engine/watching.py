"""Hears of the end of runs that other processes run: one thread asks for all that somebody waits for, while somebody does."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable
from itertools import islice

from segue.backend.lookout import Lookout
from segue.backend.protocol import Backend
from segue.backend.questions import Questions
from segue.engine.ended import Ended
from segue.engine.promise import SLICE_SECONDS, Promise
from segue.engine.session import backend
from segue.host.clock import monotonic
from segue.host.ids import new_id
from segue.model.errors import NotFound, SegueError
from segue.model.runs import Id
from segue.wire.background import TASK_RUN_ENDED, AskEnded, EndedRuns

_log = logging.getLogger("segue.engine")

#: Seconds that a question waits: as long as lost runs may go without being looked for.
_PATIENCE = 5.0
#: Runs that are asked about at once, and with them such as nobody waits for yet.
_MOST, _ALSO = 1_000, 200
#: Seconds after which others of very many runs are asked about.
_TURN = 0.5
#: Seconds between two attempts while a server is away: at first, and at most.
_AGAIN, _AGAIN_MOST = 0.1, 2.0
#: Seconds for which a thread stays that has nothing to ask.
_IDLE = 5.0
_PASSING = frozenset({502, 503, 504})


class ElsewherePromise(Promise):
    """The end of a task run that some other process runs."""

    __slots__ = ("__weakref__", "id", "problem")

    def __init__(self, id: Id) -> None:
        super().__init__()
        self.id = id
        self.problem: BaseException | None = None

    def wait(self, timeout: float | None = None) -> bool:
        """Return True once settled, False when `timeout` seconds passed first; raises why its end cannot be known."""
        if self.ended is not None:
            return True
        self.adopt()
        there = watcher(backend())
        if timeout is not None and timeout <= 0:
            there.look(self)
            return self.ended is not None
        deadline = None if timeout is None else monotonic() + timeout
        who = object()
        there.want(self, who)
        try:
            # In slices, for it may be that its end will never be known.
            while not super().wait(SLICE_SECONDS if deadline is None else min(SLICE_SECONDS, deadline - monotonic())):
                if self.problem is not None:
                    raise self.problem
                if deadline is not None and deadline <= monotonic():
                    there.look(self)
                    break
        finally:
            if self.ended is None:
                there.unwant(self, who)
        return self.ended is not None

    def look(self) -> None:
        """Settle it if the run has ended by now; raises what the backend raises."""
        watcher(backend()).look(self)

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the run has ended; at once when it has."""
        self.adopt()
        super().when_done(callback)
        if self.ended is None:
            watcher(backend()).want(self, callback)

    def forget(self, callback: Callable[[], object]) -> None:
        """Whoever wanted to be called does not wait any more, and is not asked for."""
        super().forget(callback)
        watcher(backend()).unwant(self, callback)

    def give_up(self, problem: Exception) -> None:
        """Let everybody go who waits: its end cannot be known."""
        self.problem = problem
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class Watcher:
    """Settles the promises of one backend; usable from every thread."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lookout = Lookout(backend)
        self._questions = Questions(backend)
        self._some = threading.Condition()
        #: Whatever was made here and has not ended, oldest first: told with what somebody waits for.
        self._made: weakref.WeakValueDictionary[Id, ElsewherePromise] = weakref.WeakValueDictionary()
        #: What is waited for, by whom: several may wait for one run, and each stops waiting by itself.
        self._wanted: dict[Id, dict[int, tuple[ElsewherePromise, object]]] = {}
        self._thread: threading.Thread | None = None
        self._asking = False
        #: Something is wanted that was not when the question was asked.
        self._outdated = False

    def made(self, promise: ElsewherePromise) -> None:
        """Somebody may wait for this run."""
        self._made[promise.id] = promise

    def want(self, promise: ElsewherePromise, who: object) -> None:
        """Settle a promise as soon as its run has ended: somebody waits for it from now on."""
        with self._some:
            if promise.ended is not None:
                return
            known = self._wanted.setdefault(promise.id, {})
            known[id(who)] = promise, who
            promise.problem = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="segue-futures", daemon=True)
                self._thread.start()
            self._some.notify()
            if not self._asking or self._outdated or len(known) > 1:
                return
            self._outdated = True
        # In a thread of its own: who wants may be an event loop.
        threading.Thread(target=self._questions.call_off, name="segue-call-off", daemon=True).start()

    def look(self, promise: ElsewherePromise) -> None:
        """Settle a promise if its run has ended by now; raises what the backend raises."""
        self._lookout.look()
        self._hear(self._backend.call(TASK_RUN_ENDED, AskEnded(ids=[promise.id])), promise)

    def unwant(self, promise: ElsewherePromise, who: object) -> None:
        """One who waited for it does not any more."""
        with self._some:
            known = self._wanted.get(promise.id, {})
            known.pop(id(who), None)
            if not known:
                self._wanted.pop(promise.id, None)

    def _work(self) -> None:
        pause, wait = threading.Event(), _AGAIN
        while (question := self._next()) is not None:
            try:
                self._lookout.look()
                self._hear(self._questions.ask(TASK_RUN_ENDED, question, EndedRuns()))
                wait = _AGAIN
            except NotFound as problem:
                missing = getattr(problem, "id", None)
                self._give_up([missing] if missing in question.ids else question.ids, problem)
            except SegueError as problem:
                if problem.status not in _PASSING:
                    self._give_up(question.ids, problem)
                    continue
                # The backend has said that the server is away; whoever waits may have bounded that.
                _log.debug("nothing is heard of background tasks now: %s", problem)
                pause.wait(wait)
                wait = min(2 * wait, _AGAIN_MOST)
            except Exception as problem:
                # Whoever waits is told: without this thread it would wait for ever.
                self._give_up(question.ids, problem)
            finally:
                with self._some:
                    self._asking = False

    def _next(self) -> AskEnded | None:
        with self._some:
            if not self._wanted:
                self._some.wait(_IDLE)
            if not self._wanted:
                self._thread = None
                return None
            ids = list(islice(self._wanted, _MOST))
            many = len(self._wanted) > _MOST
            if many:
                for id in ids:
                    self._wanted[id] = self._wanted.pop(id)
            self._asking, self._outdated = True, False
            return AskEnded(ids=ids, also=self._also(), seconds=_TURN if many else _PATIENCE, id=new_id())

    def _also(self) -> list[Id]:
        found: list[Id] = []
        for ref in self._made.valuerefs():
            promise = ref()
            if promise is None:
                continue
            if promise.ended is not None:
                self._made.pop(promise.id, None)
            elif promise.id not in self._wanted:
                found.append(promise.id)
                if len(found) >= _ALSO:
                    break
        return found

    def _hear(self, answer: EndedRuns, asker: ElsewherePromise | None = None) -> None:
        for id, state in answer.items:
            made = self._made.pop(id, None)
            for promise in (*self._let_go(id), made, asker):
                if promise is not None:
                    promise.settle(Ended(state))

    def _give_up(self, ids: list[Id], problem: Exception) -> None:
        for id in ids:
            for promise in self._let_go(id):
                promise.give_up(problem)

    def _let_go(self, id: Id) -> list[ElsewherePromise]:
        with self._some:
            return [promise for promise, _ in self._wanted.pop(id, {}).values()]


_watchers: weakref.WeakKeyDictionary[Backend, Watcher] = weakref.WeakKeyDictionary()


def watcher(backend: Backend) -> Watcher:
    """Return the watcher of a backend."""
    found = _watchers.get(backend)
    if found is None:
        # The backend is the key of this; held by the value as well, it would never go.
        found = _watchers[backend] = Watcher(weakref.proxy(backend))
    return found


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watchers.clear)
