"""What must have fired by what was told, and what must have been done about it; what differs is a breach, told in a sentence."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from segue.backend.embedded import EmbeddedBackend
from segue.backend.pages import every_item
from segue.host import clock
from segue.model.actions import Action, CallWebhook, EmitEvent, RunDeployment
from segue.model.automations import (
    Automation,
    AutomationFiring,
    CompoundTrigger,
    MetricTrigger,
    SequenceTrigger,
    Trigger,
)
from segue.store.codec import micros
from segue.wire import automations as w
from segue.wire import deliveries as d
from segue.wire import operations as op
from segue.wire.events import EVENT_LIST, EventQuery, FedEvent
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.requests import ById
from tests.faults.reactions.drawing import LONGEST, NAMES
from tests.property.trigger_oracle import Oracle, Told
from tests.sinks import HttpSink

#: Microseconds of quiet after the last event, for what must have been missed by then; and by which the clock must be later still.
_QUIET, _LATER = round(2 * LONGEST * 1e6), 2_000_000
#: Seconds within which something more is done or attempted: what a server was sending that was killed is sent again after twenty.
_PATIENCE = 60.0

#: What is told, and what the automations tell themselves.
WATCHED = [*NAMES, "acted.*", "ended.*"]

#: Automation, whether it resolved, when, by which event (None: time passed), which events counted (None: those of a metric).
Fired = tuple[str, bool, int, str | None, frozenset[str] | None]


class Judge:
    """Compares what was recorded with what a slow and obvious program says of the same events."""

    def __init__(self, automations: Sequence[Automation], told: set[str], sink: HttpSink, *, patient: bool) -> None:
        self._automations = {each.id: each for each in automations}
        self._told = told
        self._sink = sink
        self._patient = patient
        self._measured = {each.id for each in automations if _measures(each.trigger)}
        self.breaches: list[str] = []
        self.counts: Counter[str] = Counter()

    def close(self, backend: EmbeddedBackend) -> None:
        """Wait for quiet and look at everything."""
        until = micros(clock.now()) + _QUIET
        firings, missing, more = self._settle(backend, until)
        self._conclude(backend, firings, _events(backend, WATCHED), missing, more)

    def look(self, backend: EmbeddedBackend, until: int) -> None:
        """Look at everything as it is, when all that must have happened up to an instant (microseconds) has."""
        firings, events = list(_firings(backend)), _events(backend, WATCHED)
        recorded = Counter(each for each in map(self._recorded, firings) if each[2] <= until)
        expected = Counter(self._expected(events, until))
        self._conclude(backend, firings, events, expected - recorded, recorded - expected)

    def _conclude(
        self, backend: EmbeddedBackend, firings: list[AutomationFiring], events: list[FedEvent],
        missing: Counter[Fired], more: Counter[Fired],
    ) -> None:  # fmt: skip
        for fired in missing:
            self.breach(f"{self._called(fired)} did not fire")
        for fired in more:
            self.breach(f"{self._called(fired)} fired, which nothing explains")
        known = {each.id for each in events}
        for lost in self._told - known:
            self.breach(f"event {lost} was taken and is lost")
        self.counts["events"] = len(events)
        self._announced(backend, firings)
        self._done(backend, firings, events)
        for problem in backend.check():
            self.breach(f"the database: {problem}")

    def breach(self, what: str) -> None:
        """Note that something was seen that must not be."""
        self.breaches.append(what)

    def hear(self, said: str) -> None:
        """Look through what a server wrote to its terminal."""
        if "Traceback" in said:
            self.breach(f"a server said a traceback:\n{said[said.index('Traceback') :][:3000]}")

    def report(self) -> str:
        """Say what was seen."""
        return "\n".join(
            [f"{len(self.breaches)} breaches", *(f"  {many:6,} {what}" for what, many in self.counts.items())]
        )

    # --- what fired -----------------------------------------------------------------------------------------------------

    def _settle(
        self, backend: EmbeddedBackend, until: int
    ) -> tuple[list[AutomationFiring], Counter[Fired], Counter[Fired]]:
        """Wait until what fired is what must have fired, and everything about it is done; or for as long as patience lasts."""
        moved, seen, pause = time.monotonic(), (0, 0, 0, 0), threading.Event()
        events: list[FedEvent] = []
        expected: Counter[Fired] = Counter()
        while True:
            firings = list(_firings(backend))
            recorded = Counter(each for each in map(self._recorded, firings) if each[2] <= until)
            known, events = len(events), _events(backend, WATCHED)
            if len(events) > known:
                expected = Counter(self._expected(events, until))
            agreed = recorded == expected and micros(clock.now()) > until + _LATER
            left, tries = self._left(backend)
            if (len(firings), len(events), left, tries) != seen:
                moved, seen = time.monotonic(), (len(firings), len(events), left, tries)
            if (agreed and not left) or time.monotonic() > moved + _PATIENCE:
                return firings, expected - recorded, recorded - expected
            pause.wait(0.3)

    def _left(self, backend: EmbeddedBackend) -> tuple[int, int]:
        """Return how much is still to be done, and how often it was attempted to tell what is told outside."""
        count = "SELECT count(*), (SELECT coalesce(sum(attempts), 0) FROM delivery) FROM automation_action WHERE due IS NOT NULL"
        ((actions, tries),) = backend.look(lambda session: session.select(count, {}))
        waiting = backend.call(d.DELIVERY_LIST, d.DeliveryQuery(statuses=["waiting"], limit=1_000)).items
        if not self._patient:
            arrived = {each.headers["idempotency-key"] for each in list(self._sink.received)}
            waiting = [each for each in waiting if each.id not in arrived]
        return int(actions or 0) + len(waiting), int(tries or 0)

    def _recorded(self, firing: AutomationFiring) -> Fired:
        counted = None if firing.automation_id in self._measured else frozenset(each.id for each in firing.events)
        by = None if firing.event is None else firing.event.id
        return (firing.automation_id, firing.state == "Resolved", micros(firing.occurred), by, counted)

    def _expected(self, events: list[FedEvent], until: int) -> Iterator[Fired]:
        ids = {each.seq: each.id for each in events}
        for of in self._automations.values():
            oracle = Oracle(of, micros(of.updated))
            for event in events:
                oracle.take(Told(event.seq, micros(event.occurred), event))
            oracle.pass_time(until)
            for found in oracle.found:
                if found.at <= until:
                    counted = None if of.id in self._measured else frozenset(ids[seq] for seq in found.counted)
                    yield (of.id, found.resolved, found.at, None if found.by is None else found.by.event.id, counted)

    def _called(self, fired: Fired) -> str:
        id, resolved, at, by, counted = fired
        of = self._automations[id]
        trigger = msgspec.json.encode(of.trigger).decode()
        what = "resolved" if resolved else "triggered"
        return f"automation {of.name} ({trigger}), {what} at {at} by {by} with {sorted(counted or [])}"

    # --- what was done --------------------------------------------------------------------------------------------------

    def _announced(self, backend: EmbeddedBackend, firings: list[AutomationFiring]) -> None:
        told = _events(
            backend, ["segue.automation.triggered", "segue.automation.resolved", "segue.automation.loop-stopped"]
        )
        many = Counter(str(each.payload["firing"]) for each in told)
        for firing in firings:
            self.counts[f"firings {firing.state}, {'by an event' if firing.event else 'as time passed'}"] += 1
            if many[firing.id] != 1:
                self.breach(f"firing {firing.id} was told of {many[firing.id]} times")

    def _done(self, backend: EmbeddedBackend, firings: list[AutomationFiring], events: list[FedEvent]) -> None:
        """Within Segue each action was done once; outside at least once, always with the same key, which no other has."""
        runs = Counter(_runs_by_firing(backend))
        emitted = Counter(str(each.payload["firing"]) for each in events if "firing" in each.payload)
        keys: dict[str, set[str]] = {}
        for each in self._sink.received:
            keys.setdefault(str(json.loads(each.body)["firing"]), set()).add(each.headers["idempotency-key"])
        arrived = Counter(str(json.loads(each.body)["firing"]) for each in self._sink.received)
        for firing in firings:
            for queued in backend.call(w.AUTOMATION_FIRING_READ, ById(firing.id)).actions:
                self.counts[f"actions {queued.action.__struct_config__.tag}, {queued.status}"] += 1
                came = isinstance(queued.action, CallWebhook) and firing.id in keys
                if queued.status != "executed" and (queued.status != "pending" or self._patient or not came):
                    self.breach(f"action {queued.number} of firing {firing.id} is {queued.status}: {queued.problem}")
                self._once(firing, queued.action, runs, emitted, keys.get(firing.id, set()))
        self.counts["calls of the webhook beyond the first of each"] = sum(many - 1 for many in arrived.values())
        for other in {*runs, *emitted, *keys} - {each.id for each in firings}:
            self.breach(f"something was done about a firing {other} that is not recorded")

    def _once(
        self, firing: AutomationFiring, action: Action, runs: Counter[str], emitted: Counter[str], keys: set[str]
    ) -> None:
        match action:
            case RunDeployment() if runs[firing.id] != 1:
                self.breach(f"firing {firing.id} made {runs[firing.id]} runs")
            case EmitEvent() if emitted[firing.id] != 1:
                self.breach(f"firing {firing.id} told {emitted[firing.id]} events")
            case CallWebhook() if len(keys) != 1:
                self.breach(f"firing {firing.id} called the webhook with the keys {sorted(keys)}")
            case _:
                return


def _measures(trigger: Trigger) -> bool:
    match trigger:
        case MetricTrigger():
            return True
        case CompoundTrigger(triggers=triggers) | SequenceTrigger(triggers=triggers):
            return any(map(_measures, triggers))
        case _:
            return False


def _events(backend: EmbeddedBackend, names: list[str]) -> list[FedEvent]:
    found: list[FedEvent] = []
    query = EventQuery(names=names, sort="seq", limit=1_000)
    while True:
        page = backend.call(EVENT_LIST, query)
        found += page.items
        if page.next is None:
            return found
        query = msgspec.structs.replace(query, after=page.next)


def _firings(backend: EmbeddedBackend) -> Iterator[AutomationFiring]:
    query = w.AutomationFiringQuery(sort="fired", limit=1_000)
    return every_item(lambda asked: backend.call(w.AUTOMATION_FIRING_LIST, asked), query)


def _runs_by_firing(backend: EmbeddedBackend) -> Iterator[str]:
    query = RunQuery(where=RunFilter(), limit=1_000)
    while True:
        page = backend.call(op.FLOW_RUN_LIST, query)
        yield from (each.created_by.firing or "" for each in page.items if each.created_by is not None)
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)
