"""Every run that does not run names its gate, and who keeps it shut."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.holders import this_holder
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import NotFound
from segue.model.records import TaskRunMade
from segue.model.runs import FlowRun
from segue.model.slots import SlotHolder
from segue.model.states import Cancelling, Completed, Paused, Pending, Running, Scheduled, State
from segue.model.waiting import Gate
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire import slots as s
from segue.wire.waits import FLOW_RUN_WAITS, TASK_RUN_WAITS
from tests.conformance.making import lease_of, made, moved, propose, start, state

HOUR = timedelta(hours=1)


def waits(backend: Backend, id: str) -> list[Gate]:
    return backend.call(FLOW_RUN_WAITS, q.ById(id)).items


@pytest.mark.parametrize(
    ("to", "leased", "kind", "words", "kept"),
    [
        (state(Scheduled, at=now() + HOUR), False, "time", "its time", False),
        (state(Scheduled, at=now() - HOUR), False, "claim", "its time has come", False),
        (state(Scheduled, at=now() - HOUR, name="Late"), False, "claim", "somebody to start it", False),
        (state(Scheduled, at=now() + HOUR, name="AwaitingRetry"), True, "attempt", "its next attempt", True),
        (state(Scheduled, at=now(), name="AwaitingConcurrencySlot"), True, "slot", "a slot of a limit", False),
        (state(Pending), False, "claim", "no process holds it", False),
        (state(Pending), True, "start", "its process to begin", True),
        (state(Paused, until=now() + HOUR), True, "answer", "somebody to resume it", True),
        (state(Paused, name="Suspended", reschedule=True), False, "answer", "somebody to resume it", False),
        (state(Cancelling), True, "stop", "to stop", True),
        (state(Cancelling), False, "stop", "which is gone", False),
    ],
)
def test_each_state_has_its_gate(backend: Backend, to: State, leased: bool, kind: str, words: str, kept: bool) -> None:
    run = start(backend, leased=leased, states=[to]).run
    (gate,) = waits(backend, run.id)
    assert gate.kind == kind
    assert words in gate.what
    me = this_holder()
    assert [(each.type, each.name, each.id) for each in gate.keepers] == [("process", me.host, str(me.pid))] * kept


def test_what_runs_or_is_over_waits_for_nothing_and_what_is_not_there_is_not_found(backend: Backend) -> None:
    run = start(backend).run
    assert waits(backend, run.id) == []
    propose(backend, run.id, state(Completed), fence=1)
    assert waits(backend, run.id) == []
    for operation in (FLOW_RUN_WAITS, TASK_RUN_WAITS):
        with pytest.raises(NotFound):
            backend.call(operation, q.ById("no-such-run"))


def test_an_answer_that_is_asked_for_is_described(backend: Backend) -> None:
    run = start(backend, states=[state(Paused, input_key="ask")]).run
    schema = '{"properties": {"ok": {"type": "boolean"}}}'
    backend.call(op.INPUT_PUT, q.PutInput(flow_run_id=run.id, key="ask-schema", value=schema))
    (gate,) = waits(backend, run.id)
    assert gate.schema == {"properties": {"ok": {"type": "boolean"}}}


def test_a_slot_that_is_waited_for_names_its_holders_and_the_place_in_the_queue(backend: Backend) -> None:
    backend.call(s.LIMIT_CREATE, s.NewLimit(id=new_id(), name="tag:db", limit=1))
    tasks: list[tuple[FlowRun, TaskRunMade]] = []
    for _ in range(3):
        grant = start(backend)
        task = made(grant.run.id, name=f"step-{len(tasks)}")
        stream = backend.stream(lease_of(grant))
        stream.put(task)
        holder = SlotHolder(type="task-run", id=task.id, name=task.name)
        answer = backend.call(
            s.SLOTS_TAKE, s.TakeSlots(id=new_id(), names=["tag:db"], lease_id=grant.run.id, holder=holder)
        )
        if answer.held:
            stream.put(moved(task, state(Running)))
        else:
            stream.put(moved(task, state(Scheduled, at=now(), name="AwaitingConcurrencySlot")))
        stream.flush()
        tasks.append((grant.run, task))
    (gate,) = waits(backend, tasks[2][0].id)
    assert gate.waiter is not None
    assert (gate.kind, gate.ahead, gate.waiter.name) == ("slot", 1, "step-2")
    assert "tag:db (1 of 1 taken)" in gate.what
    (keeper,) = gate.keepers
    assert (keeper.type, keeper.name, keeper.flow_run) == ("task-run", "step-0", tasks[0][0].name)
    (own,) = backend.call(TASK_RUN_WAITS, q.ById(tasks[1][1].id)).items
    assert (own.kind, own.ahead) == ("slot", 0)
    # Who has its slot waits for nothing.
    assert backend.call(TASK_RUN_WAITS, q.ById(tasks[0][1].id)).items == []
    assert waits(backend, tasks[0][0].id) == []


def test_a_task_that_needs_others_names_those_that_are_not_over(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    done, running = made(grant.run.id, name="done"), made(grant.run.id, name="running")
    task = made(grant.run.id, upstream={"x": [done.id, running.id]})
    for record in (done, running, task, moved(done, state(Completed)), moved(running, state(Running))):
        stream.put(record)
    stream.flush()
    (gate,) = backend.call(TASK_RUN_WAITS, q.ById(task.id)).items
    assert (gate.kind, [each.name for each in gate.keepers]) == ("input", ["running"])
    stream.put(moved(running, state(Completed)))
    stream.flush()
    (gate,) = backend.call(TASK_RUN_WAITS, q.ById(task.id)).items
    assert gate.kind == "start"
