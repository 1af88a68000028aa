"""What is watched, what is seen, and what comes of it: the nouns of evaluation."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from segue.decide.triggers.compiling import Condition, Gauge, Leaf, Node
from segue.decide.triggers.composing import Marks
from segue.decide.triggers.counting import Bucket
from segue.decide.triggers.measuring import Meter
from segue.model.automations import Automation
from segue.model.events import Event

State: TypeAlias = Bucket | Marks | Meter
#: The path of a node, and the values that it counts apart by.
Key: TypeAlias = tuple[str, tuple[str, ...]]


class Seen(msgspec.Struct, frozen=True):
    """An event, with its place in the feed and when it occurred (microseconds)."""

    seq: int
    at: int
    event: Event


class Part(msgspec.Struct, frozen=True):
    """A trigger within a trigger that fired."""

    path: str
    at: int
    counted: list[int]


class Hit(msgspec.Struct, frozen=True):
    """That a node fired."""

    node: Node
    at: int
    counted: list[int]
    #: The event by which it did; None: time has passed.
    seen: Seen | None
    labels: dict[str, str] = {}
    resolved: bool = False
    value: float | None = None
    parts: list[Part] = []
    #: Where time has passed: the place whose instant it was.
    origin: Key | None = None


class Fired(msgspec.Struct, frozen=True):
    """That an automation fired; `cause` is the same whoever finds it."""

    automation: Automation
    hit: Hit
    cause: str
    #: How far the feed had been read.
    position: int


class Change(msgspec.Struct, frozen=True):
    """What an automation is from a place in the feed on; None: it is no more."""

    seq: int
    automation_id: str
    automation: Automation | None
    #: Microseconds.
    at: int


@dataclass(eq=False)
class Watched:
    """An automation and what it has counted."""

    automation: Automation
    root: Node
    leaves: list[Leaf | Gauge]
    states: dict[Key, State] = field(default_factory=dict)
    #: What has changed since it was last asked; None: it is gone.
    dirty: dict[Key, State | None] = field(default_factory=dict)
    #: When something is due, one entry for each key, never later than it is.
    _dues: list[tuple[int, Key]] = field(default_factory=list)
    _queued: dict[Key, int] = field(default_factory=dict)

    def keep(self, key: Key, state: State) -> None:
        """Keep what has been counted in one place; what is empty is forgotten."""
        if not isinstance(state, Meter) and state.is_empty:
            if self.states.pop(key, None) is not None or key in self.dirty:
                self.dirty[key] = None
            return
        self.states[key] = self.dirty[key] = state
        self.expect(key, state)

    def expect(self, key: Key, state: State) -> None:
        """Remember when something is due."""
        due = due_of(state)
        if due is None:
            return
        queued = self._queued.get(key)
        if queued is None or due < queued:
            heapq.heappush(self._dues, (due, key))
            self._queued[key] = due

    def earliest(self) -> tuple[int, Key] | None:
        """Return what is due next, and when (microseconds)."""
        while self._dues:
            due, key = self._dues[0]
            actual = due_of(self.states.get(key))
            if actual == due:
                return due, key
            heapq.heappop(self._dues)
            if self._queued.get(key) == due:
                del self._queued[key]
                if actual is not None:
                    heapq.heappush(self._dues, (actual, key))
                    self._queued[key] = actual
        return None


def due_of(state: State | None) -> int | None:
    """Return when something is due, in microseconds."""
    return None if state is None or isinstance(state, Marks) else state.due


class Group(msgspec.Struct, frozen=True):
    """The events of a batch that count in one place: their places in it, their times, their numbers."""

    key: tuple[str, ...]
    places: list[int]
    ats: list[int]
    seqs: list[int]
    #: They are in the order in which they occurred.
    ordered: bool


class Batch:
    """Some events in the order of the feed."""

    def __init__(self, seen: Sequence[Seen], now: int) -> None:
        self.seen = seen
        self.now = now
        self.by_name: dict[str, list[int]] = {}
        for place, each in enumerate(seen):
            self.by_name.setdefault(each.event.event, []).append(place)
        self._groups: dict[tuple[Condition, tuple[str, ...]], list[Group]] = {}

    def fulfil(self, condition: Condition, names: Sequence[str]) -> list[int]:
        """Return the places of the events with these names that are meant."""
        lists = [self.by_name[name] for name in names]
        places = lists[0] if len(lists) == 1 else sorted(place for each in lists for place in each)
        if not condition.match and not condition.related:
            return places
        return [place for place in places if condition.holds(self.seen[place].event)]

    def groups(self, leaf: Leaf, places: Sequence[int]) -> list[Group]:
        """Return the events that fulfil a leaf's condition, apart by what it counts apart by."""
        by = (leaf.condition, tuple(leaf.trigger.for_each))
        found = self._groups.get(by)
        if found is None:
            apart: dict[tuple[str, ...], list[int]] = {}
            for place in places:
                apart.setdefault(leaf.key(self.seen[place].event), []).append(place)
            found = self._groups[by] = [self._group(key, each) for key, each in apart.items()]
        return found

    def _group(self, key: tuple[str, ...], places: list[int]) -> Group:
        ats = [self.seen[place].at for place in places]
        return Group(key, places, ats, [self.seen[place].seq for place in places], ordered=ats == sorted(ats))
