"""A function that takes the run around it along: into a thread, or into a process that user code started."""

from __future__ import annotations

import contextvars
import os
import pickle
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Generic, ParamSpec, TypeVar

from segue.engine.child import enter
from segue.engine.isolation import Surroundings, pack, surroundings
from segue.engine.lives import current_flow, current_tags, current_task
from segue.engine.session import session
from segue.host import config

P = ParamSpec("P")
R = TypeVar("R")


class _Own:
    """This process' own stream of records: it is told of the run's lease, and keeps to its own."""

    def __init__(self) -> None:
        self._stream = session().stray_stream()
        self.lease_id = ""
        self.limited_tags: frozenset[str] = frozenset()
        self.put, self.behind, self.flush, self.close = (
            self._stream.put, self._stream.behind, self._stream.flush, self._stream.flush,
        )  # fmt: skip


class Carried(Generic[P, R]):
    """A function that is called in the run whose code made this, wherever it is called; pickled when the function can be."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._around = pack(surroundings())
        self._pid = os.getpid()
        self._here: dict[contextvars.ContextVar[Any], Any] = {
            variable: variable.get() for variable in (current_flow, current_task, current_tags)
        }

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_here": {}}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function in that run."""
        # A forked process has the run's objects too, but its records are its own.
        within = self._call_here if os.getpid() == self._pid and self._here else self._call_afar
        return contextvars.copy_context().run(within, args, kwargs)

    def _call_here(self, args: Any, kwargs: Any) -> R:
        for variable, value in self._here.items():
            variable.set(value)
        return self._function(*args, **kwargs)

    def _call_afar(self, args: Any, kwargs: Any) -> R:
        around: Surroundings = pickle.loads(self._around)  # noqa: S301 - it was made by this program and came with its function
        with ExitStack() as stack:
            stack.enter_context(config.overridden(dict(around.settings)))
            stream = _Own()
            # A process of a pool ends without a word: what is not on its way by then is lost.
            stack.callback(stream.flush)
            enter(around, stream)
            for surround in around.within:
                stack.enter_context(surround())
            return self._function(*args, **kwargs)
