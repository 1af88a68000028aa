"""Firings for the tests of what is done about them, and the loops of a server that do it."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.actions import Action
from segue.model.automations import AutomationFiring, QueuedAction
from segue.model.deliveries import Delivery
from segue.model.events import Event
from segue.server.acting import Acting
from segue.server.loops.metronome import Metronome
from segue.service.automation_firings import actions_of, record_firing
from segue.wire import deliveries as d
from segue.wire import events as w
from tests import native

UI = "http://segue.example"
AUTOMATION = new_id()

#: What keeps loops going now, and over which database.
_going: list[tuple[EmbeddedBackend, Metronome]] = []


def told(backend: EmbeddedBackend, event: str = "file.arrived", **facts: object) -> Event:
    """Tell an event and return it as the feed has it."""
    request = w.Tell(event=event, **{"resource": {"segue.resource.id": "bucket"}, **facts})  # type: ignore[arg-type]
    (id,) = backend.call(w.EVENT_TELL, request).ids
    fed = backend.call(w.EVENT_READ, w.EventId(id))
    return Event(
        id=fed.id, event=fed.event, occurred=fed.occurred, resource=fed.resource, related=fed.related, payload=fed.payload,
        actor=fed.actor, reason=fed.reason,
    )  # fmt: skip


def fire(
    backend: EmbeddedBackend,
    *actions: Action,
    event: Event | None = None,
    reason: str = "1 event came.",
    **facts: object,
) -> AutomationFiring:
    """Let an automation fire, as its evaluator does."""
    at = now()
    firing = AutomationFiring(
        **{  # type: ignore[arg-type]
            "id": new_id(), "automation_id": AUTOMATION, "automation_name": "on files", "fired": at, "occurred": at,
            "position": 1, "reason": reason, "event": event, **facts,
        }
    )  # fmt: skip
    backend.do("record", lambda session, _: record_firing(session, firing, actions, cause=firing.id), None)
    return firing


@contextmanager
def acting(backend: EmbeddedBackend, *allowed: str, first: float = 0.05) -> Iterator[Acting]:
    """Do what was decided while the block lasts, as a server does."""
    loops, metronome = Acting(backend, allowed, ui=UI, first=first), Metronome()
    metronome.start(loops.begin())
    _going.append((backend, metronome))
    try:
        yield loops
    finally:
        _going.remove((backend, metronome))
        loops.stop()
        metronome.stop(30)
        loops.end()


def until(holds: Callable[[], bool], what: str = "it", *, seen: Callable[[], list[str]] = list) -> None:
    """Wait until something holds; where it never does, say what was `seen`, and what every loop and thread was at."""
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() >= end:
            where = [*_loops(), *_logging(), *_threads(), native.stacks()]
            raise AssertionError("\n".join([f"{what} never came", *seen(), *where]))
        time.sleep(0.02)


def _loops() -> Iterator[str]:
    for backend, metronome in _going:
        yield f"--- loops over {backend.address}, whose writer tells {backend.metrics()}"
        failures = metronome.failures()
        for name, beat in metronome.beats().items():
            yield f"{name}: {failures[name]} turns failed, last beat {beat.age} s ago"
        for name, causes in metronome.causes().items():
            yield from (f"{name} fails: {cause}" for cause in causes)


def _logging() -> Iterator[str]:
    yield "--- logging"
    for name in ("", "segue", "segue.server", "segue.backend"):
        logger = logging.getLogger(name)
        level = logging.getLevelName(logger.getEffectiveLevel())
        yield f"{name or 'root'}: {level}, disabled {logger.disabled}, propagate {logger.propagate}, {logger.handlers}"


def _threads() -> Iterator[str]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for id, frame in sys._current_frames().items():
        yield f"--- thread {names.get(id, id)}"
        yield from (line.rstrip() for line in traceback.format_stack(frame)[-12:])


def queued(backend: EmbeddedBackend, firing: AutomationFiring) -> list[QueuedAction]:
    return backend.look(lambda session: actions_of(session, firing.id))


def over(backend: EmbeddedBackend, *firings: AutomationFiring) -> list[QueuedAction]:
    """Wait until everything about firings is done or given up, and return what came of it."""

    def all_of_them() -> list[QueuedAction]:
        return [each for one in firings for each in queued(backend, one)]

    def seen() -> list[str]:
        return [f"at {now()} there are", *(f"{each.status}, due {each.due}: {each}" for each in all_of_them())]

    until(lambda: all(each.status != "pending" for each in all_of_them()), "the end", seen=seen)
    return all_of_them()


def deliveries(backend: EmbeddedBackend, **facts: object) -> list[Delivery]:
    """Return the deliveries, the oldest first."""
    return backend.call(d.DELIVERY_LIST, d.DeliveryQuery(sort="created", **facts)).items  # type: ignore[arg-type]


def said(backend: EmbeddedBackend, firing: AutomationFiring) -> list[str]:
    """Return what the feed says of the actions of a firing."""
    items = backend.call(w.EVENT_LIST, w.EventQuery(names=["segue.automation.action.*"], sort="seq")).items
    return [each.event.rpartition(".")[2] for each in items if each.payload["firing"] == firing.id]
