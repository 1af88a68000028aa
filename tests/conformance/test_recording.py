"""What others than an engine record: log lines, task runs, labels, slots that are given back by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest, NotFound, TooLarge
from segue.model.slots import Limit, SlotHolder
from segue.model.states import Completed, Failed
from segue.wire import operations as op
from segue.wire import recording as w
from segue.wire import slots as s
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.queries import LogQuery
from segue.wire.requests import ById, ByName, FlowRunEdit
from tests.conformance.making import kinds, lease_of, made, propose, start, state


def lines(backend: Backend, **asked: object) -> list[str]:
    return [line.message for line in backend.call(op.LOG_LIST, LogQuery(sort="id", **asked)).items]  # type: ignore[arg-type]


def test_lines_are_kept_all_or_none(backend: Backend) -> None:
    run = start(backend).run.id
    before = now() - timedelta(days=1)
    told = w.TellLogs(
        items=[
            w.NewLog(message="first", name="shop", level=40, timestamp=before, flow_run_id=run),
            w.NewLog(message="x" * 70_000),
        ]
    )
    assert backend.call(w.LOG_TELL, told).count == 2
    first, clipped = backend.call(op.LOG_LIST, LogQuery(sort="id")).items
    assert (first.name, first.level, first.timestamp, first.flow_run_id) == ("shop", 40, before, run)
    assert len(clipped.message.encode()) <= 65_536
    for wrong in (w.NewLog(message="bad", flow_run_id=new_id()), w.NewLog(message="bad", task_run_id=new_id())):
        items = [w.NewLog(message="good"), wrong]
        with pytest.raises(NotFound):
            backend.call(w.LOG_TELL, w.TellLogs(items=items))
    with pytest.raises(BadRequest, match="1,001 lines"):
        backend.call(w.LOG_TELL, w.TellLogs(items=[w.NewLog(message="")] * 1_001))
    assert backend.call(w.LOG_TELL, w.TellLogs(items=[])).count == 0
    assert lines(backend, names=["shop"]) == ["first"]
    assert lines(backend, names=[]) == []
    assert len(lines(backend)) == 2


def test_a_task_run_is_made_once_and_closed_with_its_flow_run(backend: Backend) -> None:
    grant = start(backend)
    new = w.NewTaskRun(id=new_id(), name="load-0", task_name="load", flow_run_id=grant.run.id, tags=["a"])
    made_ = backend.call(w.TASK_RUN_CREATE, new)
    assert (made_.name, made_.task_name, made_.task_key, made_.tags, made_.state.name) == (
        "load-0", "load", "load", ["a"], "Pending",
    )  # fmt: skip
    assert backend.call(w.TASK_RUN_CREATE, new) == made_
    propose(backend, grant.run.id, state(Failed), fence=1)
    assert backend.call(op.TASK_RUN_READ, ById(made_.id)).state.final
    with pytest.raises(NotFound):
        backend.call(w.TASK_RUN_CREATE, w.NewTaskRun(name="x", task_name="x", flow_run_id=new_id()))
    with pytest.raises(TooLarge):
        backend.call(w.TASK_RUN_CREATE, w.NewTaskRun(name="x" * 2_000, task_name="x"))


def test_a_state_of_a_flow_run_is_read_by_its_id(backend: Backend) -> None:
    grant = start(backend)
    task = made(grant.run.id)
    stream = backend.stream(lease_of(grant))
    stream.put(task)
    stream.flush()
    ended = state(Completed, message="done")
    propose(backend, grant.run.id, ended, fence=1)
    found = backend.call(w.STATE_READ, ById(ended.id))
    assert (found.run_id, found.state.kind, found.state.message) == (grant.run.id, "COMPLETED", "done")
    for other in (new_id(), task.state.id):
        with pytest.raises(NotFound):
            backend.call(w.STATE_READ, ById(other))


def test_labels_are_joined_and_their_change_is_told(backend: Backend) -> None:
    run = start(backend).run.id
    backend.call(op.FLOW_RUN_EDIT, FlowRunEdit(id=run, labels={"a": 1, "b": "x"}))
    assert backend.call(op.FLOW_RUN_EDIT, FlowRunEdit(id=run, labels={"b": None, "c": True})).labels == {
        "a": 1,
        "c": True,
    }
    assert backend.call(op.FLOW_RUN_EDIT, FlowRunEdit(id=run, name="other")).labels == {"a": 1, "c": True}
    told = backend.call(EVENT_LIST, EventQuery(names=["segue.flow-run.updated"], sort="seq")).items
    assert [each.payload["changed"] for each in told] == [["labels"], ["labels"], ["name"]]
    with pytest.raises(TooLarge, match="labels"):
        backend.call(op.FLOW_RUN_EDIT, FlowRunEdit(id=run, labels={"a": "x" * 70_000}))


def test_slots_are_given_back_by_name_the_oldest_first(backend: Backend) -> None:
    for name in ("db", "api"):
        backend.call(s.LIMIT_CREATE, s.NewLimit(name=name, limit=5))

    def take(slots: int, type: str = s.CLIENT, *names: str) -> str:
        id = new_id()
        holder = SlotHolder(type=type, id=id)
        asked = s.TakeSlots(id=id, names=list(names) or ["db"], slots=slots, holder=holder, wait=False)
        assert backend.call(s.SLOTS_TAKE, asked).held
        return id

    def held(name: str = "db") -> list[tuple[str, int]]:
        return [(each.id, each.slots) for each in backend.call(s.LIMIT_READ, ByName(name)).holders]

    first, other, second = take(2, s.CLIENT, "db", "api"), take(1, "lease"), take(1)
    backend.call(s.SLOTS_RELEASE, s.ReleaseSlots(names=["db"]))
    assert held() == [(first, 1), (other, 1), (second, 1)]
    told = backend.call(s.SLOTS_RELEASE, s.ReleaseSlots(names=["db"], slots=9)).items
    assert [(each.name, each.active_slots) for each in told] == [("db", 1)]
    assert held("api") == [(first, 2)]
    refused = s.TakeSlots(id=new_id(), names=["api"], slots=4, wait=False)
    answer = backend.call(s.SLOTS_TAKE, refused)
    assert (answer.held, answer.waiting_for) == (False, "api")
    assert backend.call(s.LIMIT_READ, ByName("api")).waiters == []
    with pytest.raises(NotFound, match="must be created"):
        backend.call(s.SLOTS_RELEASE, s.ReleaseSlots(names=["db", "nothing"]))


def test_a_reset_leaves_slots_to_task_runs_that_run(backend: Backend) -> None:
    backend.call(s.LIMIT_CREATE, s.NewLimit(name="tag:db", limit=1))
    grant = start(backend)
    asked = [w.NewTaskRun(name=name, task_name="t", flow_run_id=grant.run.id) for name in ("a", "b")]
    one, other = (backend.call(w.TASK_RUN_CREATE, each).id for each in asked)
    taken = s.TakeSlots(
        id=new_id(), names=["tag:db"], lease_id=lease_of(grant).id, holder=SlotHolder(type="task-run", id=one)
    )
    assert backend.call(s.SLOTS_TAKE, taken).held

    def holders(limit: Limit) -> list[str]:
        return [each.holder.id for each in limit.holders if each.holder is not None]

    for ids in ([one, other], [other], []):
        reset = s.ResetLimit(name="tag:db", task_run_ids=ids)
        assert sorted(holders(backend.call(s.LIMIT_RESET, reset))) == sorted(ids)
    propose(backend, grant.run.id, state(Completed), fence=1)
    assert kinds(backend, grant.run.id)[-1] == "COMPLETED"
    with pytest.raises(BadRequest, match="Task run a does not run now"):
        backend.call(s.LIMIT_RESET, s.ResetLimit(name="tag:db", task_run_ids=[one]))
    with pytest.raises(NotFound):
        backend.call(s.LIMIT_RESET, s.ResetLimit(name="tag:db", task_run_ids=[new_id()]))
