"""Paused runs that nobody resumes in time fail by themselves: once, and told like every other state."""

from __future__ import annotations

from datetime import timedelta

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.model.states import Failed, Paused, Pending, Running, Scheduled, State
from segue.server.loops.pause_ender import PauseEnder
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire.pauses import PAUSES_END, EndPauses
from tests.conformance.making import kinds, lease_of, propose, read, start, state

MINUTE = timedelta(minutes=1)


def paused(backend: Backend, ago: timedelta | None, *, held: bool = False) -> str:
    until = None if ago is None else now() - ago
    if not held:
        states: list[State] = [
            state(Pending),
            state(Running),
            state(Paused, name="Suspended", until=until, reschedule=True),
        ]
        return start(backend, leased=False, states=states).run.id
    grant = start(backend)
    propose(backend, grant.run.id, state(Paused, until=until), fence=lease_of(grant).fence)
    return grant.run.id


def test_what_nobody_resumed_in_time_fails_once(backend: Backend) -> None:
    over, not_yet, forever = (paused(backend, ago) for ago in (MINUTE, -MINUTE, None))
    for _ in range(3):
        PauseEnder(backend).turn()
    assert kinds(backend, over) == ["PENDING", "RUNNING", "PAUSED", "FAILED"]
    ended = read(backend, over).state
    assert isinstance(ended, Failed)
    assert ended.message == "The flow run was suspended and never resumed."
    assert ended.actor is not None
    assert ended.actor.name == "timeout"
    assert read(backend, not_yet).state.kind == read(backend, forever).state.kind == "PAUSED"


def test_what_a_process_holds_is_ended_by_that_process(backend: Backend) -> None:
    held = paused(backend, MINUTE, held=True)
    PauseEnder(backend).turn()
    assert backend.call(PAUSES_END, EndPauses(ids=[held, "no-such-run"])).ids == []
    assert read(backend, held).state.kind == "PAUSED"


def test_a_run_that_went_on_is_left_alone(backend: Backend) -> None:
    resumed = paused(backend, -timedelta(seconds=60))
    propose(backend, resumed, state(Scheduled, at=now()))
    assert backend.call(PAUSES_END, EndPauses(ids=[resumed])).ids == []
    assert backend.call(op.FLOW_RUN_READ, q.ById(resumed)).state.kind == "SCHEDULED"
