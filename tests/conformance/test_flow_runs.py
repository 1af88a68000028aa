from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta, timezone
from typing import Any

import msgspec
import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import BadRequest, Held, NotFound, StaleFence, TooLarge
from segue.model.runs import Terms
from segue.model.states import (
    Actor,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    ErrorInfo,
    Failed,
    Paused,
    Pending,
    ResultRef,
    Running,
    Scheduled,
    State,
)
from segue.service import edits
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import kinds, lease_of, made, moved, propose, read, start, state

ME = Actor(kind="user", name="ada", means="cli")


def test_a_run_is_kept_with_everything_it_was_given(backend: Backend) -> None:
    grant = start(
        backend, parameters={"x": 1, "deep": {"list": [1, 2.5, None, "ü"]}}, tags=["a", "b"], flow_version="7",
        entrypoint="flows.py:hello", durable=True, created_by=ME, idempotency_key="once",
    )  # fmt: skip
    run = read(backend, grant.run.id)
    assert run == grant.run
    assert run.parameters == {"x": 1, "deep": {"list": [1, 2.5, None, "ü"]}}
    assert (run.tags, run.flow_version, run.entrypoint, run.durable) == (["a", "b"], "7", "flows.py:hello", True)
    assert (run.created_by, run.idempotency_key, run.flow_name) == (ME, "once", "hello")
    assert (run.lease_id, run.fence, run.run_count) == (run.id, 1, 1)
    assert run.start_time == run.state.timestamp
    assert kinds(backend, run.id) == ["PENDING", "RUNNING"]


@pytest.mark.parametrize(
    "entered",
    [
        state(Scheduled, at=now(), name="Late"),
        state(Pending, message="soon"),
        state(Running, attempt=3, name="Retrying"),
        state(Completed, result=ResultRef(storage="local:/r", key="k", sha256="00", size=3), name="Users' own"),
        state(Failed, error=ErrorInfo(type="ValueError", message="bad", line=3, values={"x": "1"}), actor=ME),
        state(Completed, details={"rows": 3, "nested": {"a": [1]}}),
    ],
    ids=lambda s: f"{s.kind}-{s.name}",
)
def test_a_state_is_read_as_it_was_written(backend: Backend, entered: State) -> None:
    run = start(backend, leased=False, states=[entered]).run
    # One database rounds nothing and drops nothing; compare as the wire would show it.
    assert msgspec.json.encode(read(backend, run.id).state) == msgspec.json.encode(entered)
    history = backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items
    assert msgspec.json.encode(history[0].state) == msgspec.json.encode(entered)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"parameters": {"nul\0": "a\0b", "big": 2**53 + 1, "small": 1e-9, "none": None, "nested": [[], {}, "\\u0000"]}},
        {"tags": ["ü", "a"], "flow_version": "7", "entrypoint": "flows.py:hello", "durable": True, "created_by": ME},
        {"terms": Terms(retries=3, delay=[1, 2.5], jitter=0.5, version="2"), "idempotency_key": "once"},
        {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"parent_flow_run_id": new_id(), "root_flow_run_id": new_id(), "parent_task_run_id": new_id()},
        {"leased": False, "states": [state(Scheduled, at=now() + timedelta(hours=1), name="Awaiting\0Retry")]},
        {
            "states": [
                state(Pending),
                state(Running, timestamp=now().astimezone(timezone(timedelta(hours=9))), name="On"),
            ]
        },
        {"states": [state(Completed, result=ResultRef(storage="local:/r", key="k\0", sha256="00", size=3), actor=ME)]},
    ],
    ids=["nothing", "parameters", "labels", "terms", "span", "parents", "scheduled", "elsewhere", "completed"],
)
def test_whoever_makes_a_run_is_told_what_is_read_later(backend: Backend, told: dict[str, Any]) -> None:
    """Be its flow new or known: what is known by then need not be read back."""
    for _ in range(2):
        told = {**told, "idempotency_key": f"{told.get('idempotency_key')} {new_id()}"}
        grant = start(backend, **told)
        assert grant.run == read(backend, grant.run.id)


@pytest.mark.parametrize("attempts", [0, 1, 2, 4])
def test_a_history_is_whole_at_any_length(backend: Backend, attempts: int) -> None:
    run = start(backend, leased=False, states=[state(Pending)]).run
    entered = [run.state.id]
    for number in range(attempts):
        for proposed in (state(Running), state(Scheduled, at=now(), name=f"Again {number}")):
            verdict = propose(backend, run.id, proposed, force=True)
            assert verdict.status == "accept"
            # Said again, it is known, wherever in the history it stands.
            assert propose(backend, run.id, proposed, force=True) == verdict
            entered.append(proposed.id)
    rows = backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items
    assert [row.state.id for row in rows] == entered


def test_making_a_run_twice_makes_one(backend: Backend) -> None:
    first = start(backend)
    again = start(backend, id=first.run.id)
    assert again.run == first.run
    assert lease_of(again).fence == lease_of(first).fence


def test_an_idempotency_key_gives_the_first_run_of_that_flow(backend: Backend) -> None:
    first = start(backend, idempotency_key="k")
    again = start(backend, idempotency_key="k")
    other = start(backend, flow="other", idempotency_key="k")
    assert again.run.id == first.run.id
    assert again.lease is None
    assert other.run.id != first.run.id


def test_a_run_needs_a_state_and_parameters_within_bounds(backend: Backend) -> None:
    with pytest.raises(BadRequest):
        start(backend, states=[])
    with pytest.raises(TooLarge, match="parameters"):
        start(backend, parameters={"x": "y" * 600_000})
    with pytest.raises(NotFound):
        read(backend, new_id())


def test_time_is_counted_over_attempts(backend: Backend) -> None:
    began = now()
    grant = start(
        backend,
        states=[
            state(Pending, timestamp=began),
            state(Running, timestamp=began + timedelta(seconds=1)),
        ],
    )
    id, fence = grant.run.id, lease_of(grant).fence
    retry = state(Scheduled, at=began, name="AwaitingRetry", timestamp=began + timedelta(seconds=3))
    propose(backend, id, retry, fence=fence)
    propose(backend, id, state(Running, name="Retrying", timestamp=began + timedelta(seconds=10)), fence=fence)
    propose(backend, id, state(Completed, timestamp=began + timedelta(seconds=15)), fence=fence)
    run = read(backend, id)
    assert run.run_count == 2
    assert run.total_run_time == pytest.approx(7.0)
    assert run.start_time == began + timedelta(seconds=1)
    assert run.end_time == began + timedelta(seconds=15)
    assert run.expected_start_time == began


def test_a_repeated_proposal_gets_the_first_answer(backend: Backend) -> None:
    grant = start(backend)
    end = state(Completed)
    first = propose(backend, grant.run.id, end, fence=1)
    again = propose(backend, grant.run.id, end, fence=1)
    assert first == again
    assert first.status == "accept"
    assert kinds(backend, grant.run.id) == ["PENDING", "RUNNING", "COMPLETED"]


def test_an_old_fence_writes_nothing(backend: Backend) -> None:
    run = start(backend, leased=False, states=[state(Pending)]).run
    lease = q.LeaseRequest(holder=_other_machine(), seconds=-1)
    backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=lease, states=[state(Running)]))
    # Expired or not, it is held until a reaper has closed it that was there long enough.
    with pytest.raises(Held):
        backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=_mine(), states=[state(Running)]))
    assert reap(backend, serving_for=30.0).flow_runs == [run.id]
    taken = backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=_mine(), states=[state(Running)]))
    assert taken.run.fence == 2
    with pytest.raises(StaleFence):
        propose(backend, run.id, state(Paused), fence=1)
    assert read(backend, run.id).state.kind == "RUNNING"


def test_a_claim_is_refused_while_somebody_holds_the_run(backend: Backend) -> None:
    run = start(backend).run
    with pytest.raises(Held):
        backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=_mine()))


def test_a_final_run_is_claimed_for_another_attempt(backend: Backend) -> None:
    grant = start(backend)
    propose(backend, grant.run.id, state(Failed), fence=1)
    claimed = backend.call(
        op.FLOW_RUN_CLAIM, q.Claim(id=grant.run.id, lease=_mine(), states=[state(Running, name="Retrying")])
    )
    assert claimed.run.fence == lease_of(claimed).fence == 2
    assert claimed.run.end_time is None
    assert claimed.run.run_count == 2
    assert propose(backend, grant.run.id, state(Completed), fence=2).status == "accept"


def test_final_is_final(backend: Backend) -> None:
    grant = start(backend)
    propose(backend, grant.run.id, state(Completed), fence=1)
    for to in (state(Running), state(Failed), state(Crashed), state(Cancelled), state(Cancelling), state(Paused)):
        assert propose(backend, grant.run.id, to).status in {"reject", "abort"}
    assert read(backend, grant.run.id).state.kind == "COMPLETED"
    assert propose(backend, grant.run.id, state(Failed), force=True).status == "accept"
    retry = state(Scheduled, at=now(), name="AwaitingRetry")
    assert propose(backend, grant.run.id, retry).status == "accept"
    run = read(backend, grant.run.id)
    assert (run.state.name, run.end_time) == ("AwaitingRetry", None)


def test_a_late_outcome_stands_beside_the_state(backend: Backend) -> None:
    grant = start(backend)
    propose(backend, grant.run.id, state(Crashed, message="given up"), force=True)
    late = state(Completed, message="I did finish")
    verdict = propose(backend, grant.run.id, late, fence=1)
    assert verdict.status == "abort"
    run = read(backend, grant.run.id)
    assert run.state.message == "given up"
    assert run.late_outcome is not None
    assert run.late_outcome.id == late.id
    assert propose(backend, grant.run.id, late, fence=1).status == "abort"


def test_cancelling_a_held_run_asks_its_holder(backend: Backend) -> None:
    grant = start(backend)
    verdict = propose(backend, grant.run.id, state(Cancelled, actor=ME, message="enough"))
    assert (verdict.status, verdict.state.kind) == ("reject", "CANCELLING")
    assert verdict.state.actor == ME
    news = backend.call(op.LEASE_RENEW, q.Renewal(leases=[(grant.run.id, 1)]))
    assert [(id, s.kind) for id, s in news.cancel] == [(grant.run.id, "CANCELLING")]
    assert propose(backend, grant.run.id, state(Running), fence=1).status == "reject"
    assert propose(backend, grant.run.id, state(Cancelled), fence=1).status == "accept"
    assert kinds(backend, grant.run.id)[-2:] == ["CANCELLING", "CANCELLED"]


def test_work_that_finishes_before_it_heard_of_the_cancel_is_completed(backend: Backend) -> None:
    grant = start(backend)
    propose(backend, grant.run.id, state(Cancelling))
    assert propose(backend, grant.run.id, state(Completed), fence=1).status == "accept"


def test_cancelling_a_run_nobody_holds_is_done_at_once(backend: Backend) -> None:
    asked: type[Cancelled | Cancelling]
    for asked in (Cancelled, Cancelling):
        run = start(backend, leased=False, states=[state(Scheduled, at=now())]).run
        assert propose(backend, run.id, state(asked, actor=ME)).state.kind == "CANCELLED"
        assert read(backend, run.id).state.actor == ME


def test_a_scheduled_run_waits_for_its_time(backend: Backend) -> None:
    later = now() + timedelta(hours=1)
    run = start(backend, leased=False, states=[state(Scheduled, at=later)]).run
    verdict = propose(backend, run.id, state(Running))
    assert (verdict.status, verdict.until) == ("wait", later)
    assert propose(backend, run.id, state(Running), force=True).status == "accept"


def test_only_the_holder_says_what_a_held_run_does(backend: Backend) -> None:
    run = start(backend).run
    assert propose(backend, run.id, state(Completed)).status == "reject"
    assert propose(backend, run.id, state(Pending)).status == "abort"
    free = start(backend, leased=False, states=[state(Running)]).run
    assert propose(backend, free.id, state(Completed)).status == "accept"


def test_a_pause_fires_once_for_a_key_and_is_resumed_from_outside(backend: Backend) -> None:
    grant = start(backend)
    id = grant.run.id
    pause: dict[str, Any] = {"key": "1", "until": now() + timedelta(hours=1)}
    assert propose(backend, id, state(Paused, **pause), fence=1).status == "accept"
    assert propose(backend, id, state(Running)).status == "accept"
    again = propose(backend, id, state(Paused, **pause), fence=1)
    assert (again.status, again.reason) == ("reject", "This pause has already fired.")
    assert propose(backend, id, state(Paused, key="2"), fence=1).status == "accept"


def test_a_pause_that_timed_out_is_not_resumed(backend: Backend) -> None:
    grant = start(backend)
    propose(backend, grant.run.id, state(Paused, key="1", until=now() - timedelta(seconds=1)), fence=1)
    verdict = propose(backend, grant.run.id, state(Running))
    assert (verdict.status, verdict.state.kind) == ("reject", "FAILED")
    assert "never resumed" in (read(backend, grant.run.id).state.message or "")


@pytest.mark.parametrize(
    ("end", "child"), [(Failed, "CRASHED"), (Crashed, "CRASHED"), (Cancelled, "CANCELLED"), (Completed, "CRASHED")]
)
def test_closing_a_run_closes_its_open_children(backend: Backend, end: type[Failed], child: str) -> None:
    grant = start(backend)
    id = grant.run.id
    stream = backend.stream(lease_of(grant))
    done, open_one = made(id), made(id)
    stream.put(done)
    stream.put(moved(done, state(Completed)))
    stream.put(open_one)
    stream.put(moved(open_one, state(Running)))
    sub = start(backend, leased=False, flow="sub", parent_flow_run_id=id, root_flow_run_id=id)
    grandchild = made(sub.run.id)
    stream.put(grandchild)
    assert sub.run.lease_id == id
    propose(backend, id, state(end), fence=1)
    assert read(backend, sub.run.id).state.kind == child
    ends = {
        task.id: task.state
        for task in backend.call(op.TASK_RUN_LIST, queries.RunQuery(where=queries.RunFilter())).items
    }
    assert ends[done.id].kind == "COMPLETED"
    assert ends[open_one.id].kind == ends[grandchild.id].kind == child
    assert "brave-otter" in (ends[open_one.id].message or "")
    assert backend.call(op.LEASE_LIST, q.Nothing()).items == []


def test_a_run_is_edited_and_deleted_with_all_within_it(backend: Backend) -> None:
    grant = start(backend, tags=["old"], parameters={"x": 1})
    id = grant.run.id
    edited = backend.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=id, name="new name", tags=["t"]))
    assert (edited.name, edited.tags, edited.parameters) == ("new name", ["t"], {"x": 1})
    with pytest.raises(Held):
        backend.call(op.FLOW_RUN_DELETE, q.ById(id))
    stream = backend.stream(lease_of(grant))
    stream.put(made(id))
    propose(backend, id, state(Failed), fence=1)
    backend.call(op.FLOW_RUN_DELETE, q.ById(id))
    stats = backend.call(op.UPKEEP_STATS, q.Nothing())
    # What is left of it in the feed: that it was edited, and that it was deleted.
    assert {t: n for t, n in stats.rows.items() if n} == {"flow": 1, "state_row": 2}
    with pytest.raises(NotFound):
        backend.call(op.FLOW_RUN_DELETE, q.ById(id))
    with pytest.raises(NotFound):
        backend.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=id, name="x"))


def test_a_flow_is_deleted_with_its_runs(backend: Backend) -> None:
    run = start(backend, leased=False, states=[state(Completed)]).run
    flow = backend.call(op.FLOW_READ, q.ById(run.flow_id))
    assert flow.name == "hello"
    backend.call(op.FLOW_DELETE, q.ById(flow.id))
    with pytest.raises(NotFound):
        read(backend, run.id)
    with pytest.raises(NotFound):
        backend.call(op.FLOW_READ, q.ById(flow.id))


def test_a_run_made_while_its_flow_is_deleted_has_a_flow(
    beneath: EmbeddedBackend, second: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(second, leased=False, states=[state(Completed)]).run
    deleted, go_on = threading.Event(), threading.Event()

    def told(*about: object, **facts: object) -> None:
        deleted.set()
        assert go_on.wait(30)

    # The last that it does.
    monkeypatch.setattr(edits, "changed", told)
    with ThreadPoolExecutor(2) as threads:
        deleting = threads.submit(beneath.do, "delete", edits.delete_flow, q.ById(run.flow_id))
        assert deleted.wait(30)
        making = threads.submit(start, second, leased=False, states=[state(Pending)])
        # Long enough to find the flow that is there no more, if it could.
        assert wait([making], 0.5).not_done
        go_on.set()
        deleting.result(30)
        made_then = making.result(30).run
    assert read(second, made_then.id) == made_then
    assert made_then.flow_id != run.flow_id


def test_two_processes_propose_and_one_wins(backend: Backend, second: Backend) -> None:
    run = start(backend, leased=False, states=[state(Pending)]).run
    answers: list[int | None] = []
    for each in (backend, second):
        try:
            answers.append(each.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=_mine())).run.fence)
        except Held:
            answers.append(None)
    assert answers == [1, None]


def _mine() -> q.LeaseRequest:
    from segue.backend.holders import this_holder

    return q.LeaseRequest(holder=this_holder())


def _other_machine() -> q.Holder:
    return q.Holder(host="elsewhere", boot="b", pid_namespace="n", pid=1, started="1")


def test_the_span_that_a_run_began_in_is_kept_and_must_be_one(backend: Backend) -> None:
    span = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert read(backend, start(backend, traceparent=span).run.id).traceparent == span
    assert start(backend).run.traceparent is None
    with pytest.raises(BadRequest, match="'nonsense'"):
        start(backend, traceparent="nonsense")
