"""Which run a value came from, so that passing it on draws a line between the two runs as passing a future does.

A value is known by its identity and only while it lives: objects are remembered weakly. Lists, dicts and their like cannot be,
so the last few are held that consist of a moderate number of small values: a flow's memory must not grow with its history, and a
table in a list is nobody's to keep. Values that Python shares between all
who use them (numbers, texts, classes, functions, empty tuples) come from nowhere in particular. What stands in a container that a
run returned came from that run as well.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from datetime import date, datetime, time, timedelta, timezone
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from segue.engine.lives import FlowLife

#: Containers held for a flow run; the most elements and letters one of them may have with all that stands in it; and of how many
#: elements each is known by itself.
HELD, ELEMENTS, LETTERS, ITEMS = 64, 10_000, 100_000, 1_000
_SHARED = frozenset({
    int, str, float, bool, bytes, type(None), complex, range, slice, type(...), type(NotImplemented),
    type, FunctionType, BuiltinFunctionType, ModuleType,
})  # fmt: skip
#: What is not shared, and takes no room either.
_SMALL = frozenset({date, datetime, time, timedelta, timezone})
_CONTAINERS = frozenset({list, dict, tuple, set, frozenset, bytearray})
_KEY = "origins"


class _Held:
    """A container that a run returned, with those of its elements that cannot be referred to weakly."""

    __slots__ = ("items", "run_id", "value")

    def __init__(self, value: Any, run_id: str) -> None:
        self.value = value
        self.run_id = run_id
        self.items: list[object] = []


class Origins:
    """The values that the runs of one flow run returned to its code, and which run returned each; safe from every thread."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._held: OrderedDict[int, _Held] = OrderedDict()
        #: Elements of what is held.
        self._items: dict[int, tuple[object, str]] = {}

    def note(self, value: Any, run_id: str) -> None:
        """A task run returned this value."""
        if type(value) not in _CONTAINERS:
            self._refer(value, run_id)
            return
        if not value:
            return
        held = _Held(value, run_id) if _is_light(value) else None
        self._let_go(self._held.pop(id(value), None))
        if held is not None:
            self._held[id(value)] = held
        if len(value) <= ITEMS and type(value) is not bytearray:
            for item in list(value.values() if type(value) is dict else value):
                if type(item) not in _SHARED and not self._refer(item, run_id) and held is not None:
                    held.items.append(item)
                    self._items[id(item)] = (item, run_id)
        while len(self._held) > HELD:
            self._let_go(self._held.popitem(last=False)[1])

    def _let_go(self, old: _Held | None) -> None:
        if old is None:
            return
        for item in old.items:
            if self._items.get(id(item), (None, ""))[1] == old.run_id:
                self._items.pop(id(item), None)

    def _refer(self, value: object, run_id: str) -> bool:
        key = id(value)
        try:
            self._known[key] = (weakref.ref(value, lambda _: self._known.pop(key, None)), run_id)
        except TypeError:
            return False
        return True

    def of(self, value: object) -> str | None:
        """Return the id of the task run that returned this very value, or a container of it."""
        key = id(value)
        known = self._known.get(key)
        if known is not None and known[0]() is value:
            return known[1]
        held = self._held.get(key)
        if held is not None and held.value is value:
            return held.run_id
        item = self._items.get(key)
        return item[1] if item is not None and item[0] is value else None


def _is_light(container: Any) -> bool:
    """Say whether holding a container for a while costs next to nothing."""
    elements, letters, left = ELEMENTS, LETTERS, [container]
    while left:
        each = left.pop()
        kind = type(each)
        if kind in {str, bytes, bytearray}:
            letters -= len(each)
        elif kind in _CONTAINERS:
            elements -= len(each)
            if elements >= 0:
                left.extend(each)
                left.extend(each.values() if kind is dict else ())
        elif kind not in _SHARED and kind not in _SMALL:
            return False
        if elements < 0 or letters < 0:
            return False
    return True


def note(flow: FlowLife | None, value: object, run_id: str, *, late: bool = False) -> None:
    """A task run that this flow run's code called returned a value to it; `late`: a while ago, so others may have since."""
    if flow is None or type(value) in _SHARED:
        return
    origins = flow.extra.get(_KEY)
    if not isinstance(origins, Origins):
        origins = flow.extra[_KEY] = Origins()
    if not late or origins.of(value) is None:
        origins.note(value, run_id)


def origins_of(flow: FlowLife | None) -> Origins | None:
    """Return what is known of values in a flow run; None where nothing is."""
    found = flow.extra.get(_KEY) if flow is not None else None
    return found if isinstance(found, Origins) else None
