"""A slow and obvious program that says which automations fire: it keeps everything it was told and looks at all of it each time.

It knows nothing of buckets, indexes or batches. Times are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from segue.model.automations import Automation, CompoundTrigger, EventTrigger, MetricTrigger, SequenceTrigger, Trigger
from segue.model.events import Event


@dataclass(frozen=True)
class Told:
    seq: int
    at: int
    event: Event


@dataclass
class Found:
    """A firing: when what it is about happened, by which event (None: time passed), which events counted."""

    at: int
    by: Told | None
    counted: frozenset[int]
    labels: dict[str, str]
    resolved: bool = False


def meant(value: str | None, pattern: str) -> bool:
    if value is None:
        return False
    if pattern[0:1] == "!":
        return not meant(value, pattern[1:])
    if pattern[-1:] == "*":
        return value[: len(pattern) - 1] == pattern[:-1]
    return value == pattern


def described(labels: dict[str, str], match: dict[str, Any]) -> bool:
    for label, asked in match.items():
        values = [asked] if isinstance(asked, str) else asked
        if not [each for each in values if meant(labels.get(label), each)]:
            return False
    return True


def concerns(trigger: EventTrigger | MetricTrigger, event: Event) -> bool:
    if not described(event.resource, trigger.match):
        return False
    wanted = trigger.match_related if isinstance(trigger.match_related, list) else [trigger.match_related]
    return all(not each or any(described(labels, each) for labels in event.related) for each in wanted)


def value_of(event: Event, label: str) -> str:
    if label.startswith("related:"):
        role, name = label.split(":", 2)[1:]
        for labels in event.related:
            if labels["segue.resource.role"] == role:
                return labels.get(name, "")
        return ""
    return event.resource.get(label, "")


@dataclass
class Place:
    """Everything that came in one place since it last began."""

    history: list[tuple[str, Told]] = field(default_factory=list)
    #: Of what waits for something: since when, for what began it, and whether it has fired.
    armed: int | None = None
    fired: bool = False


class ByEvents:
    def __init__(self, trigger: EventTrigger, since: int) -> None:
        self.trigger = trigger
        self.within = round(trigger.within * 1e6)
        self.places: dict[tuple[str, ...], Place] = {}
        if trigger.posture == "Proactive" and not trigger.after and not trigger.for_each:
            self.places[()] = Place(armed=since)

    def hears(self, told: Told) -> bool:
        """Whether an event has to do with it."""
        names = [*self.trigger.after, *self.trigger.expect] if self.trigger.expect else []
        return concerns(self.trigger, told.event) and (
            not names or any(meant(told.event.event, each) for each in names)
        )

    def take(self, told: Told) -> list[Found]:
        trigger, name = self.trigger, told.event.event
        if not concerns(trigger, told.event):
            return []
        starts = any(meant(name, each) for each in trigger.after)
        expects = not trigger.expect or any(meant(name, each) for each in trigger.expect)
        if not starts and not expects:
            return []
        key = tuple(value_of(told.event, label) for label in trigger.for_each)
        labels = dict(zip(trigger.for_each, key, strict=True))
        place = self.places.setdefault(key, Place())
        if trigger.posture == "Reactive":
            found = self._react(place, told, labels, starts=starts, expects=expects)
            return [found] if found else []
        return self._stay(place, told, labels, starts=starts, expects=expects)

    def _react(self, place: Place, told: Told, labels: dict[str, str], *, starts: bool, expects: bool) -> Found | None:
        found = None
        if expects:
            place.history.append(("expected", told))
            counted = self._after(place) if self.trigger.after else self._recent(place)
            if len(counted) >= self.trigger.threshold and told in counted:
                began = [one for kind, one in place.history if kind == "start"][-1:]
                found = Found(told.at, told, frozenset(one.seq for one in [*began, *counted]), labels)
                place.history = []
        if starts:
            place.history.append(("start", told))
        return found

    def _recent(self, place: Place) -> list[Told]:
        every = [one for _, one in place.history]
        newest = max(one.at for one in every)
        return [one for one in every if not self.within or one.at >= newest - self.within]

    def _after(self, place: Place) -> list[Told]:
        kinds = [kind for kind, _ in place.history]
        if "start" not in kinds:
            return []
        last = len(kinds) - 1 - kinds[::-1].index("start")
        began, counted = place.history[last][1], []
        for _, one in place.history[last + 1 :]:
            if self.within and one.at > began.at + self.within:
                return []
            counted.append(one)
        return counted

    # --- what must come -------------------------------------------------------------------------------------------------

    def due(self, place: Place) -> int | None:
        """When it is too late."""
        if place.armed is None or place.fired:
            return None
        due = place.armed + self.within
        if not self.trigger.after:
            came = [one.at for kind, one in place.history if kind == "expected"]
            for number in range(self.trigger.threshold, len(came) + 1):
                due = max(due, sorted(came[:number])[-self.trigger.threshold] + self.within)
        return due

    def _absent(self, place: Place, labels: dict[str, str]) -> Found:
        due = self.due(place)
        assert due is not None
        place.fired = True
        counted = [one for _, one in place.history]
        if not self.trigger.after:
            counted = sorted(counted, key=lambda one: one.at)[-self.trigger.threshold :]
        return Found(due, None, frozenset(one.seq for one in counted), labels)

    def _stay(self, place: Place, told: Told, labels: dict[str, str], *, starts: bool, expects: bool) -> list[Found]:
        found = []
        due = self.due(place)
        if due is not None and told.at > due:
            found.append(self._absent(place, labels))
        if not self.trigger.after:
            if place.armed is None or place.fired:
                if place.fired:
                    found.append(Found(told.at, told, frozenset([told.seq]), labels, resolved=True))
                place.armed, place.fired, place.history = told.at, False, []
            place.history.append(("expected", told))
            return found
        if expects and place.armed is not None:
            place.history.append(("expected", told))
            if len([kind for kind, _ in place.history if kind == "expected"]) >= self.trigger.threshold:
                if place.fired:
                    counted = frozenset(one.seq for _, one in place.history)
                    found.append(Found(told.at, told, counted, labels, resolved=True))
                place.armed, place.fired, place.history = None, False, []
        if starts and (place.armed is None or place.fired):
            place.armed, place.fired, place.history = told.at, False, [("start", told)]
        return found

    def overdue(self) -> list[tuple[int, tuple[str, ...]]]:
        dues = [(self.due(place), key) for key, place in self.places.items()]
        return sorted((due, key) for due, key in dues if due is not None)

    def judge(self, key: tuple[str, ...]) -> Found:
        return self._absent(self.places[key], dict(zip(self.trigger.for_each, key, strict=True)))


class ByMetric:
    def __init__(self, trigger: MetricTrigger, since: int) -> None:
        self.trigger = trigger
        self.slot = max(1, round(trigger.metric.range * 1e6) // 60)
        self.samples: list[tuple[int, float, int]] = []
        self.clock = since
        self.held: int | None = None
        self.fired = False
        self.look(since)

    def number(self, at: int) -> float | None:
        """The number at an instant, out of everything that was ever measured."""
        values = [value for when, value, _ in self.samples if when // self.slot > at // self.slot - 60]
        statistic = self.trigger.metric.statistic
        if statistic == "count":
            return float(len(values))
        if statistic == "sum":
            return sum(values)
        if not values:
            return None
        if statistic == "last":
            newest = max(when // self.slot for when, _, _ in self.samples)
            return [value for when, value, _ in self.samples if when // self.slot == newest][-1]
        return {"avg": sum(values) / len(values), "min": min(values), "max": max(values)}[statistic]

    def look(self, at: int) -> list[Found]:
        self.clock = max(self.clock, at)
        number, metric = self.number(self.clock), self.trigger.metric
        beyond = number is not None and {
            "<": number < metric.threshold, "<=": number <= metric.threshold,
            ">": number > metric.threshold, ">=": number >= metric.threshold,
        }[metric.operator]  # fmt: skip
        found = []
        if beyond:
            self.held = at if self.held is None else self.held
            if not self.fired and at >= self.held + round(metric.firing_for * 1e6):
                self.fired = True
                found.append(Found(at, None, frozenset(), {}))
        else:
            if self.fired:
                found.append(Found(at, None, frozenset(), {}, resolved=True))
            self.held, self.fired = None, False
        return found

    def next(self) -> int | None:
        """The next instant at which anything can change."""
        ends = [(when // self.slot + 60) * self.slot for when, _, _ in self.samples]
        ahead = [end for end in ends if end > self.clock]
        if self.held is not None and not self.fired:
            ahead.append(self.held + round(self.trigger.metric.firing_for * 1e6))
        return min(ahead) if ahead else None

    def hears(self, told: Told) -> bool:
        """Whether an event has to do with it."""
        names = self.trigger.metric.events
        return any(meant(told.event.event, each) for each in names) and concerns(self.trigger, told.event)

    def take(self, told: Told) -> list[Found]:
        value = told.event.payload.get(self.trigger.metric.field or "")
        if not self.hears(told) or not isinstance(value, int | float):
            return []
        found: list[Found] = []
        while (ahead := self.next()) is not None and ahead <= told.at:
            found += self.look(ahead)
        self.clock = max(self.clock, told.at)
        if told.at // self.slot <= self.clock // self.slot - 60:
            return found
        self.samples.append((told.at, float(value), told.seq))
        fresh = self.look(self.clock)
        for each in fresh:
            each.by = told
        return found + fresh

    def overdue(self) -> list[tuple[int, tuple[str, ...]]]:
        ahead = self.next()
        return [] if ahead is None else [(ahead, ())]

    def judge(self, key: tuple[str, ...]) -> list[Found]:
        ahead = self.next()
        assert ahead is not None
        return self.look(ahead)


class OfTriggers:
    def __init__(self, trigger: CompoundTrigger | SequenceTrigger, since: int) -> None:
        self.trigger = trigger
        self.within = round((trigger.within or 0) * 1e6)
        self.children = [made(each, since) for each in trigger.triggers]
        #: By the values it counts apart by: (child, firing, number of the moment).
        self.fired: dict[tuple[str, ...], list[tuple[int, Found, int]]] = {}
        self.moment = 0

    def combine(self, raised: list[tuple[int, Found]]) -> list[Found]:
        """Take what the triggers fired at one moment."""
        self.moment += 1
        found = []
        in_order = isinstance(self.trigger, SequenceTrigger)
        for child, one in sorted(raised, key=lambda each: -each[0] if in_order else each[0]):
            if one.resolved:
                continue
            labels = {
                label: one.labels[label]
                if label in one.labels
                else ""
                if one.by is None
                else value_of(one.by.event, label)
                for label in self.trigger.for_each
            }
            key = tuple(labels.values())
            every = self.fired.setdefault(key, [])
            every.append((child, one, self.moment))
            whole = self._in_order(every) if in_order else self._any_order(every)
            if whole:
                self.fired[key] = []
                at = max(each.at for each in whole)
                found.append(Found(at, one.by, frozenset().union(*(each.counted for each in whole)), labels))
        return found

    def _any_order(self, every: list[tuple[int, Found, int]]) -> list[Found]:
        require = getattr(self.trigger, "require", None)
        need = len(self.children) if require == "all" else 1 if require == "any" else require
        newest = max(one.at for _, one, _ in every)
        last: dict[int, Found] = {}
        for child, one, _ in every:
            recent = not self.within or one.at >= newest - self.within
            if recent and (child not in last or last[child].at <= one.at):
                last[child] = one
        return list(last.values()) if isinstance(need, int) and len(last) >= need else []

    def _in_order(self, every: list[tuple[int, Found, int]]) -> list[Found]:
        """Look for firings of all triggers in their order that end with the newest: every way to choose them is tried."""

        def chains(step: int, upto: int) -> list[list[int]]:
            if step < 0:
                return [[]]
            return [
                [*rest, number]
                for number in range(upto)
                if every[number][0] == step
                for rest in chains(step - 1, number)
            ]

        last = len(every) - 1
        if every[last][0] != len(self.children) - 1:
            return []
        best: list[Found] = []
        for rest in chains(len(self.children) - 2, last):
            numbers = [*rest, last]
            moments = [every[number][2] for number in numbers]
            firings = [every[number][1] for number in numbers]
            if len(set(moments)) < len(moments):
                continue
            if self.within and any(one.at > firings[0].at + self.within for one in firings):
                continue
            if not best or firings[0].at >= best[0].at:
                best = firings
        return best


Node = ByEvents | ByMetric | OfTriggers


def made(trigger: Trigger, since: int) -> Node:
    match trigger:
        case EventTrigger():
            return ByEvents(trigger, since)
        case MetricTrigger():
            return ByMetric(trigger, since)
        case _:
            return OfTriggers(trigger, since)


class Oracle:
    """One automation, from an instant on."""

    def __init__(self, automation: Automation, since: int) -> None:
        self.automation = automation
        self.root = made(automation.trigger, since)
        self.found: list[Found] = []

    def take(self, told: Told) -> None:
        # Of triggers within a trigger, an event that has to do with any shows that what was due before it has not come.
        if isinstance(self.root, OfTriggers) and any(leaf.hears(told) for _, leaf in self._leaves(self.root, ())):
            self.pass_time(told.at - 1)
        self.found += self._take(self.root, told)

    def _take(self, node: Node, told: Told) -> list[Found]:
        if not isinstance(node, OfTriggers):
            return node.take(told)
        raised = [(number, one) for number, child in enumerate(node.children) for one in self._take(child, told)]
        return node.combine(raised) if raised else []

    def pass_time(self, until: int) -> None:
        while True:
            dues = sorted((due, path, key) for path, leaf in self._leaves(self.root, ()) for due, key in leaf.overdue())
            if not dues or dues[0][0] > until:
                return
            _, path, key = dues[0]
            self.found += self._judge(self.root, path, key)

    def _leaves(self, node: Node, path: tuple[int, ...]) -> list[tuple[tuple[int, ...], ByEvents | ByMetric]]:
        if not isinstance(node, OfTriggers):
            return [(path, node)]
        return [each for number, child in enumerate(node.children) for each in self._leaves(child, (*path, number))]

    def _judge(self, node: Node, path: tuple[int, ...], key: tuple[str, ...]) -> list[Found]:
        if not isinstance(node, OfTriggers):
            found = node.judge(key)
            return found if isinstance(found, list) else [found]
        child = path[0]
        raised = [(child, one) for one in self._judge(node.children[child], path[1:], key)]
        return node.combine(raised) if raised else []
