"""Automations made ready to be evaluated: their triggers as a tree of nodes, and an index of which of them an event may concern."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from segue.decide.triggers.counting import Rule
from segue.decide.triggers.matching import Names, all_of, keys_by, labels_fit, related_fit
from segue.decide.triggers.measuring import Measure
from segue.decide.triggers.sampling import names_of, sampler
from segue.model.automations import (
    CompoundTrigger,
    EventTrigger,
    Match,
    MetricTrigger,
    SequenceTrigger,
    Trigger,
)
from segue.model.events import Event

#: Names of events that are remembered with what they may concern.
_REMEMBERED = 10_000
_MICROS = 1_000_000


@dataclass(frozen=True, eq=False)
class Condition:
    """Which events a trigger means; triggers that mean the same share one."""

    names: Names
    match: Match
    related: tuple[Match, ...]

    def holds(self, event: Event) -> bool:
        """Say whether an event is meant, whose name is."""
        return labels_fit(event.resource, self.match) and related_fit(event.related, self.related)


@dataclass(eq=False)
class Leaf:
    """A trigger by events."""

    path: str
    trigger: EventTrigger
    rule: Rule
    starts: Names
    expects: Names
    key: Callable[[Event], tuple[str, ...]]
    condition: Condition
    parent: Branch | None = None
    place: int = 0


@dataclass(eq=False)
class Gauge:
    """A trigger by a metric."""

    path: str
    trigger: MetricTrigger
    measure: Measure
    sample: Callable[[Event], float | None]
    condition: Condition
    parent: Branch | None = None
    place: int = 0


@dataclass(eq=False)
class Branch:
    """A trigger made of triggers."""

    path: str
    trigger: CompoundTrigger | SequenceTrigger
    within: int
    #: How many of its triggers it takes; of a sequence all.
    need: int
    children: list[Node] = field(default_factory=list)
    parent: Branch | None = None
    place: int = 0


Node: TypeAlias = Leaf | Gauge | Branch


def nodes_of(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    if isinstance(node, Branch):
        for child in node.children:
            yield from nodes_of(child)


def leaves_of(node: Node) -> Iterator[Leaf | Gauge]:
    """Yield the nodes that look at events."""
    if isinstance(node, Branch):
        for child in node.children:
            yield from leaves_of(child)
    else:
        yield node


class Compiler:
    """Makes nodes of triggers; conditions that mean the same become one."""

    def __init__(self) -> None:
        self._conditions: dict[bytes, Condition] = {}

    def compile(self, trigger: Trigger, path: str = "") -> Node:
        """Return the tree of a trigger."""
        match trigger:
            case EventTrigger():
                return self._leaf(trigger, path)
            case MetricTrigger():
                return self._gauge(trigger, path)
            case CompoundTrigger(require=require, triggers=triggers):
                need = len(triggers) if require == "all" else 1 if require == "any" else require
                return self._branch(trigger, path, need)
            case SequenceTrigger(triggers=triggers):
                return self._branch(trigger, path, len(triggers))

    def _leaf(self, trigger: EventTrigger, path: str) -> Leaf:
        rule = Rule(
            threshold=trigger.threshold, within=round(trigger.within * _MICROS), after=bool(trigger.after),
            proactive=trigger.posture == "Proactive",
        )  # fmt: skip
        meant = [*trigger.after, *trigger.expect] if trigger.expect else []
        condition = self._condition(meant, trigger.match, all_of(trigger.match_related))
        return Leaf(
            path, trigger, rule, starts=Names(trigger.after), expects=Names(trigger.expect), key=keys_by(trigger.for_each),
            condition=condition,
        )  # fmt: skip

    def _gauge(self, trigger: MetricTrigger, path: str) -> Gauge:
        query = trigger.metric
        measure = Measure(
            statistic=query.statistic, operator=query.operator, threshold=query.threshold,
            range=round(query.range * _MICROS), firing_for=round(query.firing_for * _MICROS),
        )  # fmt: skip
        condition = self._condition(names_of(query), trigger.match, all_of(trigger.match_related))
        return Gauge(path, trigger, measure, sampler(query), condition)

    def _branch(self, trigger: CompoundTrigger | SequenceTrigger, path: str, need: int) -> Branch:
        branch = Branch(path, trigger, within=round((trigger.within or 0.0) * _MICROS), need=need)
        for place, each in enumerate(trigger.triggers):
            child = self.compile(each, f"{path}.{place}" if path else str(place))
            child.parent, child.place = branch, place
            branch.children.append(child)
        return branch

    def _condition(self, names: list[str], match: Match, related: list[Match]) -> Condition:
        known = msgspec.json.encode([names, match, related], order="sorted")
        if known not in self._conditions:
            self._conditions[known] = Condition(Names(names), match, tuple(related))
        return self._conditions[known]


class Index:
    """Which conditions an event may fulfil, by its name."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self._exact: dict[str, list[Condition]] = {}
        #: By the patterns: those that want more than a look into a table.
        self._open: dict[tuple[str, ...], list[Condition]] = {}
        self._known: dict[str, list[Condition]] = {}
        for condition in dict.fromkeys(conditions):
            names = condition.names
            if names.patterns and not names.others:
                for name in names.exact:
                    self._exact.setdefault(name, []).append(condition)
            else:
                self._open.setdefault(names.patterns, []).append(condition)

    @property
    def patterns(self) -> list[list[str]]:
        """The names that conditions ask for, those without patterns in one list."""
        exact = [list(self._exact)] if self._exact else []
        return [*exact, *(list(patterns) for patterns in self._open)]

    def of(self, name: str) -> list[Condition]:
        """Return the conditions that events of a name may fulfil."""
        found = self._known.get(name)
        if found is None:
            found = list(self._exact.get(name, ()))
            for conditions in self._open.values():
                if conditions[0].names.hold(name):
                    found += conditions
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[name] = found
        return found
