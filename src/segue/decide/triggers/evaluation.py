"""Evaluating automations over the feed: which fire, in which order, and why.

Every automation is a machine of its own, driven by the events that concern it and by instants at which something was due. Two rules
make what fires a matter of the feed alone, whoever reads it, in batches of whatever size, however often it begins again:

* An instant at which something was due has passed once an event that counts in the same place occurred after it; where triggers
  lie within a trigger, any event that concerns that; and otherwise once everything has been read that was told up to a while after
  the instant, by the clock. So what is told within that while of its occurring still counts.
* A change of an automation holds from its own place in the feed on.

Where the clock itself is set back, that is noticed and what was counted is brought in line (`setting_back`).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from segue.decide.triggers import counting, measuring, running
from segue.decide.triggers.compiling import Compiler, Condition, Gauge, Index, Leaf, leaves_of, nodes_of
from segue.decide.triggers.setting_back import set_back
from segue.decide.triggers.watching import Batch, Change, Fired, Key, Seen, State, Watched
from segue.model.automations import Automation


class Evaluation:
    """All automations, and what they have counted up to a place in the feed."""

    def __init__(self) -> None:
        self.watched: dict[str, Watched] = {}
        self._compiler = Compiler()
        self._index: Index | None = None
        self._by_condition: dict[Condition, list[tuple[Watched, Leaf | Gauge]]] = {}
        #: When something is due, and whose it is; never later than it is.
        self._dues: list[tuple[int, str]] = []
        self._queued: dict[str, int] = {}
        #: States of automations that are not watched any more.
        self._gone: dict[tuple[str, Key], None] = {}

    # --- what automations are ---------------------------------------------------------------------------------------

    def put(self, automation: Automation, states: dict[Key, State] | None = None) -> None:
        """Watch for an automation, with what it has counted before; one that is not enabled is passed over."""
        self._index = None
        self.watched.pop(automation.id, None)
        if not automation.enabled:
            return
        root = self._compiler.compile(automation.trigger)
        watched = Watched(automation, root, list(leaves_of(root)), dict(states or {}))
        self.watched[automation.id] = watched
        for key, state in watched.states.items():
            watched.expect(key, state)
        self._expect(watched)

    def change(self, change: Change) -> None:
        """Let a change of an automation hold from now on; what it has counted stays while its trigger does."""
        before, after = self.watched.get(change.automation_id), change.automation
        if before is not None and after is not None and after.enabled and before.automation.trigger == after.trigger:
            before.automation = after
            return
        if before is not None:
            self._gone |= {(change.automation_id, key): None for key in (*before.states, *before.dirty)}
            del self.watched[change.automation_id]
            self._index = None
        if after is None or not after.enabled:
            return
        self.put(after)
        watched = self.watched[after.id]
        for leaf in watched.leaves:
            # What waits for nothing to begin with, waits from now on.
            if isinstance(leaf, Gauge):
                watched.keep((leaf.path, ()), measuring.started(leaf.measure, change.at))
            elif leaf.rule.proactive and not leaf.rule.after and not leaf.trigger.for_each:
                watched.keep((leaf.path, ()), counting.armed(leaf.rule, change.at))
        self._expect(watched)

    @property
    def patterns(self) -> list[list[str]]:
        """The names of events that are waited for, as triggers write them; an empty list stands for every name."""
        return self._indexed().patterns

    def waits_for(self, name: str) -> bool:
        """Say whether events of a name may concern any automation."""
        return bool(self._indexed().of(name))

    def _indexed(self) -> Index:
        if self._index is None:
            self._by_condition = {}
            for watched in self.watched.values():
                for leaf in watched.leaves:
                    self._by_condition.setdefault(leaf.condition, []).append((watched, leaf))
            self._index = Index(self._by_condition)
        return self._index

    # --- events and time --------------------------------------------------------------------------------------------

    def feed(self, seen: Sequence[Seen], *, now: int) -> list[Fired]:
        """Take events in the order of the feed; what claims to come from after `now` does not move time."""
        batch = Batch(seen, now)
        fired: list[Fired] = []
        for watched, steps in self._steps(batch).items():
            fired += running.run(watched, batch, steps)
            self._expect(watched)
        return sorted(fired, key=lambda each: each.position)

    def pass_time(self, until: int, *, position: int) -> list[Fired]:
        """Let time pass where everything has been read: what was due up to then (microseconds) has not come."""
        fired: list[Fired] = []
        while self._dues and self._dues[0][0] <= until:
            due, id = heapq.heappop(self._dues)
            if self._queued.get(id) == due:
                del self._queued[id]
                watched = self.watched.get(id)
                if watched is not None:
                    fired += running.judge(watched, until, position=position)
                    self._expect(watched)
        return fired

    def is_due(self, until: int) -> bool:
        """Say whether anything was due up to an instant (microseconds), which letting time pass would judge."""
        while self._dues and self._dues[0][0] <= until:
            due, id = self._dues[0]
            current = self._queued.get(id) == due
            watched = self.watched.get(id) if current else None
            earliest = None if watched is None else watched.earliest()
            if earliest is not None and earliest[0] <= until:
                return True
            heapq.heappop(self._dues)
            if current:
                # Also of one that is not watched now: it may be again.
                del self._queued[id]
            if watched is not None:
                self._expect(watched)
        return False

    def set_back(self, now: int) -> None:
        """Let the clock show an instant (microseconds) that it has shown before: nothing is noted as of later any more."""
        for watched in self.watched.values():
            nodes = {node.path: node for node in nodes_of(watched.root)}
            for key, state in list(watched.states.items()):
                if set_back(nodes[key[0]], state, now):
                    watched.keep(key, state)
            self._expect(watched)

    @property
    def next_due(self) -> int | None:
        """When something may be due next, in microseconds; never too late."""
        return self._dues[0][0] if self._dues else None

    def settled(self) -> dict[tuple[str, Key], State | None]:
        """Return what has changed since the last time: states by automation and key, None for what is gone."""
        found: dict[tuple[str, Key], State | None] = dict(self._gone)
        self._gone = {}
        for id, watched in self.watched.items():
            if watched.dirty:
                found |= {(id, key): state for key, state in watched.dirty.items()}
                watched.dirty = {}
        return found

    def _steps(self, batch: Batch) -> dict[Watched, running.Steps]:
        """Return, by automation, the events that concern it."""
        index = self._indexed()
        names: dict[Condition, list[str]] = {}
        for name in batch.by_name:
            for condition in index.of(name):
                names.setdefault(condition, []).append(name)
        steps: dict[Watched, running.Steps] = {}
        for condition, found in names.items():
            places = batch.fulfil(condition, found)
            if places:
                for watched, leaf in self._by_condition[condition]:
                    steps.setdefault(watched, []).append((leaf, places))
        return steps

    def _expect(self, watched: Watched) -> None:
        """Remember when something of an automation is due next."""
        earliest = watched.earliest()
        if earliest is None:
            return
        id, queued = watched.automation.id, self._queued.get(watched.automation.id)
        if queued is None or earliest[0] < queued:
            heapq.heappush(self._dues, (earliest[0], id))
            self._queued[id] = earliest[0]
