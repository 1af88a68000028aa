"""The values of task calls that go on meanwhile: what the rewritten body of a flow with `task_calls="concurrent"` works with.

A call of a task gives a `Deferred`. Whatever needs its value asks `Calls.value`, which waits; what merely hands it on keeps it.
Lists, dicts, sets and tuples of the body's own that hold deferred values are known by identity, so that other containers are
never walked; before one is used in any other way than handing it on, what it holds is put in its place.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from segue.exceptions import UnfinishedRun
from segue.futures import SegueFuture
from segue.tasks import Task
from segue.utilities.annotations import allow_failure, quote, unmapped

#: Methods of containers that only put away what they are given.
STORING = frozenset({"append", "appendleft", "add", "insert", "extend", "update", "setdefault"})
#: Methods of tasks that take futures for values.
_SUBMITTING = frozenset({"submit", "map", "delay", "apply_async"})
#: Functions that take futures for values, or look only at the container itself.
_WRAPPING = (allow_failure, quote, unmapped)
_CONTAINERS = (list, dict, set, tuple, deque)


class Deferred:
    """What a task call will give."""

    __slots__ = ("future", "needs", "place", "seen")

    def __init__(self, future: SegueFuture[Any], place: str, needs: list[Deferred]) -> None:
        self.future = future
        self.place = place
        #: Those among the arguments.
        self.needs = needs
        #: Whether its failure was raised already.
        self.seen = False

    def result(self) -> Any:
        """Wait for the value; raises what the task raised, or one that it needed, with a note of where it was called."""
        try:
            return self.future.result()
        except UnfinishedRun:
            self.seen = True
            for each in self.needs:
                each.result()
            raise
        except Exception as error:
            if not self.seen:
                error.add_note(f"The task was called at {self.place}.")
            self.seen = True
            raise


class Calls:
    """The task calls of one run of a flow's body, in the order of the program."""

    def __init__(self) -> None:
        self._made: list[Deferred] = []
        #: Containers that hold deferred values, by identity; kept, so that no other object takes over an identity.
        self._holding: dict[int, Any] = {}

    # ---------------------------------------------------------------- handing on

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something: a task is submitted and its value deferred; all else is given values."""
        if _is_deferrable(function, kwargs):
            return self._deferred(function, args, kwargs, sys._getframe(1))  # noqa: SLF001 - the line that calls
        if any(function is each for each in _WRAPPING):
            return function(*map(self._futures, args), **self._futures_by_name(kwargs))
        if function is len and len(args) == 1 and type(args[0]) in _CONTAINERS:
            return len(args[0])
        return function(*map(self.value, args), **{name: self.value(each) for name, each in kwargs.items()})

    def method(self, owner: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method; one that puts something into a container of the body's own does not wait for it."""
        if name in STORING and type(owner) in (list, dict, set, deque):
            if self._any_deferred(args) or self._any_deferred(kwargs):
                self._holding[id(owner)] = owner
            return getattr(owner, name)(*args, **kwargs)
        owner = self.value(owner)
        function = getattr(owner, name)
        if name in _SUBMITTING and isinstance(owner, Task):
            return function(*map(self._futures, args), **self._futures_by_name(kwargs))
        if _is_deferrable(function, kwargs):
            return self._deferred(function, args, kwargs, sys._getframe(1))  # noqa: SLF001 - the line that calls
        return function(*map(self.value, args), **{key: self.value(each) for key, each in kwargs.items()})

    def _deferred(
        self, task: Task[Any, Any], args: tuple[Any, ...], kwargs: dict[str, Any], caller: FrameType
    ) -> Deferred:
        future = task.submit(*map(self._futures, args), **self._futures_by_name(kwargs))
        needs = [each for given in (args, kwargs.values()) for thing in given for each in self._within(thing)]
        made = Deferred(future, f"{caller.f_code.co_filename}:{caller.f_lineno}", needs)
        self._made.append(made)
        return made

    def holding(self, container: Any) -> Any:
        """Remember a container that was just made, where it holds deferred values."""
        if self._any_deferred(container):
            self._holding[id(container)] = container
        return container

    def items(self, iterable: Any) -> Any:
        """Return something to iterate over, whose items may still be deferred."""
        if id(iterable) in self._holding:
            return iterable
        return self.value(iterable)

    def item(self, container: Any, key: Any) -> Any:
        """Return one item of a container; it may still be deferred."""
        if id(container) in self._holding:
            found = container[key]
            return self.holding(found) if type(found) in _CONTAINERS else found
        return self.value(container)[key]

    def store(self, container: Any, key: Any, value: Any) -> None:
        """Put an item into a container."""
        if type(container) in (list, dict):
            if self._any_deferred((value,)):
                self._holding[id(container)] = container
            container[key] = value
        else:
            self.value(container)[key] = self.value(value)

    def added(self, operate: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        """Return what an augmented assignment gives: a list is extended, all else needs values."""
        if type(left) is list and type(right) in (list, tuple) and operate.__name__ == "iadd":
            if self._any_deferred(right):
                self._holding[id(left)] = left
            left += right
            return left
        return operate(self.value(left), self.value(right))

    # ---------------------------------------------------------------- values

    def value(self, thing: Any) -> Any:
        """Return what this is once it is there; raises what the task raised."""
        if type(thing) is Deferred:
            return thing.result()
        return self._filled(thing) if id(thing) in self._holding else thing

    def _filled(self, container: Any) -> Any:
        """Put values where deferred ones are: in place, or as a new tuple."""
        if type(container) is tuple:
            return tuple(map(self.value, container))
        # Only once all are there: who catches an error finds the container as it was.
        if type(container) is dict:
            container.update({key: self.value(each) for key, each in container.items()})
        else:
            values = [self.value(each) for each in container]
            container.clear()
            (container.update if type(container) is set else container.extend)(values)
        self._holding.pop(id(container), None)
        return container

    def _futures(self, thing: Any) -> Any:
        """Return this with futures for deferred values, as the engine takes them."""
        if type(thing) is Deferred:
            return thing.future
        if id(thing) not in self._holding:
            return thing
        if type(thing) is dict:
            return {key: self._futures(each) for key, each in thing.items()}
        return type(thing)(map(self._futures, thing))

    def _futures_by_name(self, things: dict[str, Any]) -> dict[str, Any]:
        return {name: self._futures(each) for name, each in things.items()}

    def _within(self, thing: Any) -> Iterator[Deferred]:
        if type(thing) is Deferred:
            yield thing
        elif id(thing) in self._holding:
            for each in thing.values() if type(thing) is dict else thing:
                yield from self._within(each)

    def _any_deferred(self, container: Any) -> bool:
        # Nothing deeper can hold one without being known.
        within: Iterable[Any] = container.values() if type(container) is dict else container
        return any(type(each) is Deferred or id(each) in self._holding for each in within)

    # ---------------------------------------------------------------- ends

    def mark(self) -> int:
        """Return a point in the program to settle from."""
        return len(self._made)

    def settle(self, mark: int = 0) -> None:
        """Wait for the calls since a mark; raises the first failure, in the program's order, that was not raised yet."""
        for made in self._made[mark:]:
            if not made.seen:
                made.result()

    def finish(self, value: Any = None) -> Any:
        """Return what the body returns, once every call has ended well."""
        value = self.value(value)
        self.settle()
        for container in list(self._holding.values()):
            if type(container) is not tuple:
                self._filled(container)
        return value


def _is_deferrable(function: Any, options: dict[str, Any]) -> bool:
    return isinstance(function, Task) and not function.isgenerator and not options.get("return_state")
