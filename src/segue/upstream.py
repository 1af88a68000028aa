"""Finds what a call's arguments wait for (futures, states), and puts the values in their places when they are there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from segue.engine import stamp
from segue.engine.ended import Ended
from segue.engine.kept import ANYWHERE, leave_kept, stays
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.promise import Promise
from segue.exceptions import UpstreamTaskError
from segue.futures import SegueFuture
from segue.origins import Origins
from segue.state_results import value_of
from segue.states import State
from segue.utilities.annotations import BaseAnnotation, allow_failure, opaque, quote

#: Values that cannot hold a future; most arguments are one of these.
ATOMS = frozenset({int, str, float, bool, bytes, type(None), complex, range, slice, type, bytearray})
MAX_ELEMENTS = 10_000
#: Containers deeper than this are not looked into: they may contain themselves.
MAX_DEPTH = 64
log = logging.getLogger("segue.engine")


class Upstream:
    """What one call waits for."""

    __slots__ = ("_drawn", "_origins", "edges", "found", "promises", "walked", "warned")

    def __init__(self, origins: Origins | None = None) -> None:
        self.promises: list[Promise] = []
        self.edges: dict[str, list[str]] = {}
        self._drawn: set[tuple[str, str]] = set()
        self._origins = origins
        #: Names of parameters that hold something to be replaced.
        self.found: list[str] = []
        self.walked = 0
        self.warned = False

    def look(self, parameters: dict[str, Any]) -> None:
        """Walk the arguments."""
        for name, value in parameters.items():
            if type(value) not in ATOMS and self._walk(name, value, 0):
                self.found.append(name)

    def wait_for(self, waited: object) -> None:
        """Add what the call waits for without taking its value."""
        if waited is not None:
            self._walk("wait_for", waited if isinstance(waited, list | tuple | set | dict) else [waited], 0)

    def _walk(self, name: str, value: Any, depth: int) -> bool:
        kind = type(value)
        if kind in ATOMS or depth > MAX_DEPTH:
            return False
        if isinstance(value, SegueFuture):
            self.promises.append(value.promise)
            if value.of_task_run:
                self._draw(name, value.life.id)
            return True
        if isinstance(value, State):
            if value.state_details.task_run_id is not None:
                self._draw(name, str(value.state_details.task_run_id))
            return True
        origin = self._origins.of(value) if self._origins is not None else None
        if origin is not None:
            self._draw(name, origin)
            # What stands in it came with it, wherever that was from.
            known, self._origins = self._origins, None
            found = self._walk(name, value, depth)
            self._origins = known
            return found
        if isinstance(value, BaseAnnotation):
            # Only the value itself is looked at inside `opaque`, nothing inside `quote`.
            if not isinstance(value, quote) and (isinstance(value.value, SegueFuture) or not isinstance(value, opaque)):
                self._walk(name, value.value, depth + 1)
            return True
        if isinstance(value, list | tuple | set | frozenset):
            return self._walk_all(name, value, depth)
        if isinstance(value, dict):
            return self._walk_all(name, value.values(), depth) | self._walk_all(name, value.keys(), depth)
        if hasattr(kind, "__dataclass_fields__"):
            return self._walk_all(name, [getattr(value, each, None) for each in kind.__dataclass_fields__], depth)
        return False

    def _draw(self, name: str, run_id: str) -> None:
        """Draw one line from a run to a parameter."""
        if (name, run_id) not in self._drawn:
            self._drawn.add((name, run_id))
            self.edges.setdefault(name, []).append(run_id)

    def _walk_all(self, name: str, values: Iterable[Any], depth: int) -> bool:
        found = False
        for value in values:
            self.walked += 1
            if self.walked > MAX_ELEMENTS:
                self._warn(name)
                return found
            if type(value) not in ATOMS:
                found |= self._walk(name, value, depth + 1)
        return found

    def _warn(self, name: str) -> None:
        if not self.warned:
            self.warned = True
            log.warning(
                "argument %r has more than %d elements: futures beyond them are not looked for; wrap it in `quote(...)` to "
                "skip the search altogether",
                name,
                MAX_ELEMENTS,
            )


def resolver(names: list[str], waited: object) -> Callable[..., Ended | None]:
    """Return what puts upstream values in their places once they are there, or says which one cannot be had.

    `home`: the cluster for whose workers they are; what it keeps is then left there.
    """

    def resolve(life: TaskLife | FlowLife, home: object = None) -> Ended | None:
        try:
            parameters = dict(life.parameters)
            left: list[object] = []
            for name in names:
                parameters[name] = _resolved(parameters[name], allowed=False, home=home, left=left)
            life.parameters = parameters
            if left and isinstance(life, TaskLife):
                leave_kept(life)
            if waited is not None:
                # It is of no interest what their values are.
                awaited = waited if isinstance(waited, list | tuple | set | dict) else [waited]
                _resolved(awaited, allowed=False, home=ANYWHERE)
        except UpstreamTaskError as error:
            return Ended(stamp.pending("NotReady", str(error)), value=error, error=error)
        return None

    return resolve


def _resolved(value: Any, *, allowed: bool, home: object = None, left: list[object] | None = None) -> Any:
    if type(value) in ATOMS:
        return value
    if isinstance(value, SegueFuture):
        value.promise.wait()
        value.observed = True
        ended = value.promise.ended
        if home is not None and ended is not None and ended.completed and stays(ended.value, home):
            if left is not None:
                left.append(ended.value)
            return ended.value
        return _value(value.state, value.life.id, allowed=allowed)
    if isinstance(value, State):
        return _value(value, value.state_details.task_run_id, allowed=allowed)
    if isinstance(value, quote) or (isinstance(value, opaque) and not isinstance(value.value, SegueFuture | State)):
        return value.value
    if isinstance(value, BaseAnnotation):
        return _resolved(value.value, allowed=allowed or isinstance(value, allow_failure), home=home, left=left)
    return _rebuilt(value, lambda item: _resolved(item, allowed=allowed, home=home, left=left))


def resolved(value: Any) -> Any:
    """Return a value with every future and state in it replaced by its result; raises UpstreamTaskError where there is none."""
    return _resolved(value, allowed=False)


def with_states(value: Any) -> Any:
    """Return a value with every future in it replaced by its final state, waited for; the very value where there is none."""
    found = Upstream()
    found.warned = True
    found.look({"": value})
    return _stated(value) if found.promises else value


def _stated(value: Any) -> Any:
    if isinstance(value, SegueFuture):
        value.wait()
        return value.state
    return value if type(value) in ATOMS else _rebuilt(value, _stated)


def _rebuilt(value: Any, made: Callable[[Any], Any]) -> Any:
    """A container like this one, of what `made` makes of each of its items; anything else as it is."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(made(item) for item in value))
    if isinstance(value, list | tuple | set | frozenset):
        kind = list if isinstance(value, list) else type(value)
        return kind(made(item) for item in value)
    if isinstance(value, dict):
        pairs = ((made(key), made(item)) for key, item in value.items())
        return type(value)(pairs) if type(value) is not dict else dict(pairs)
    if hasattr(type(value), "__dataclass_fields__"):
        import dataclasses  # noqa: PLC0415 - a door: a program that has a dataclass has paid for it already

        fields = [each.name for each in dataclasses.fields(value) if each.init]
        return dataclasses.replace(value, **{name: made(getattr(value, name)) for name in fields})
    return value


def _value(state: State, run_id: object, *, allowed: bool) -> Any:
    if allowed and not state.is_final():
        return None
    if state.is_completed() or allowed:
        return value_of(state, raise_on_failure=False)
    raise UpstreamTaskError(f"Upstream task run '{run_id}' did not reach a 'COMPLETED' state.")
