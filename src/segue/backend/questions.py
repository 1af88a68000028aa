"""Questions that wait for their answer: at a server, or here, where whatever is committed may bring it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from segue.backend.protocol import Backend
from segue.host.clock import monotonic
from segue.model.errors import SegueError
from segue.model.runs import Id
from segue.wire.background import TASK_RUN_WITHDRAW
from segue.wire.operation import Operation
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.backend.embedded import EmbeddedBackend
    from segue.store.session import Watch

_log = logging.getLogger("segue.backend")

#: Seconds of one wait for a commit here, after which it is seen whether the question was called off.
_LOOK = 0.25


class Waiting(Protocol):
    """A question with the seconds that it waits, and the id by which it is called off."""

    @property
    def id(self) -> Id | None:
        """The id by which it is called off."""
        ...

    @property
    def seconds(self) -> float:
        """How long it waits."""
        ...


Q = TypeVar("Q", bound=Waiting)
A = TypeVar("A")


class Questions:
    """One question at a time, asked by one thread and called off by any other."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._asked: Id | None = None
        self._called_off: set[Id] = set()

    def ask(self, operation: Operation[Q, A], question: Q, nothing: A) -> A:
        """Return the answer once it is another than `nothing`, or when the question's time is over or it is called off."""
        self._asked = question.id
        try:
            if self._backend.is_remote:
                return self._backend.call(operation, question)
            return self._ask_here(operation, question, nothing)
        finally:
            self._asked = None
            self._called_off.discard(question.id or "")

    def call_off(self) -> None:
        """Have the question that waits now answered at once; never raises."""
        id = self._asked
        if id is None:
            return
        self._called_off.add(id)
        if self._backend.is_remote:
            try:
                self._backend.call(TASK_RUN_WITHDRAW, ById(id))
            except SegueError as problem:
                _log.debug("A question could not be called off: %s", problem)

    def _ask_here(self, operation: Operation[Q, A], question: Q, nothing: A) -> A:
        until = monotonic() + question.seconds
        # Before the first look: what is committed meanwhile is noticed.
        watch = cast("EmbeddedBackend", self._backend).watch()
        try:
            while True:
                answer = self._backend.call(operation, question)
                if answer != nothing or not self._changed(watch, until, lambda: question.id in self._called_off):
                    return answer
        finally:
            watch.close()

    @staticmethod
    def _changed(watch: Watch, until: float, is_enough: Callable[[], bool]) -> bool:
        while (left := until - monotonic()) > 0 and not is_enough():
            if watch.wait(min(left, _LOOK)):
                return True
        return False
