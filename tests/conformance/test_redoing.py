"""A retry goes on from what failed, from the start or from a task run, whatever keeps the record and however often it crashes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import pytest

from segue.backend.holders import this_holder
from segue.backend.open import open_backend
from segue.backend.protocol import Backend, Stream
from segue.host.ids import new_id
from segue.model.errors import BadRequest, ForeignTaskRun, NotFound, NotOver
from segue.model.redoing import REDO_FROM, START, Redo
from segue.model.runs import CacheFacts
from segue.model.states import Completed, Crashed, Failed, Pending, ResultRef, Running, State
from segue.store.statements import statement
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import redoing
from segue.wire.bulk import FLOW_RUNS_RETRY, Outcome, RetryMany
from segue.wire.queries import RunFilter
from segue.wire.redoing import FLOW_RUN_REDO, RETRY_PREVIEW, RetryChoice
from segue.wire.requests import ById, Claim, Grant, LeaseRequest, Proposal
from tests.conformance.making import lease_of, made, moved, propose, start, state
from tests.conformance.test_claiming import claim, deploy, run

KEPT = ResultRef(storage="local:/x", key="k")


def did(stream: Stream, run_id: str, name: str, *, key: str | None = None) -> str:
    """Record a task run that completed and whose result is kept: as a step, or under a cache key."""
    task = made(run_id, name=f"{name}-0", task_name=name, task_key=name, step=f"{name}:0.0:" if key is None else None)
    stream.put(task)
    stream.put(moved(task, state(Running), start_time=task.state.timestamp))
    cache = None if key is None else CacheFacts(key=key, parts={"inputs": "h"})
    stream.put(moved(task, state(Completed, result=KEPT), start_time=task.state.timestamp, cache=cache))
    stream.flush()
    return task.id


def begin(backend: Backend, id: str, **details: object) -> tuple[Grant, Stream]:
    """Be the worker and the process that begin what is due, or the terminal that runs it again."""
    states: list[State] = [state(Pending, details=details), state(Running)]
    asked = Claim(id=id, lease=LeaseRequest(holder=this_holder()), states=states)
    for item in claim(backend):
        asked = msgspec.structs.replace(asked, states=states[1:], fence=item.lease.fence)
    grant = backend.call(op.FLOW_RUN_CLAIM, asked)
    return grant, backend.stream(lease_of(grant))


def end(backend: Backend, grant: Grant, kind: type[Failed | Crashed] = Failed) -> None:
    proposal = Proposal(id=grant.run.id, state=state(kind), fence=lease_of(grant).fence)
    assert backend.call(op.FLOW_RUN_PROPOSE, proposal).status == "accept"


def preview(backend: Backend, id: str, **choice: object) -> tuple[list[str], list[str]]:
    found = backend.call(RETRY_PREVIEW, RetryChoice(id=id, **choice))  # type: ignore[arg-type]
    assert (found.reused_count, found.again_count) == (len(found.reused), len(found.again))
    return [each.id for each in found.reused], [each.id for each in found.again]


def retry(backend: Backend, *ids: str, **choice: object) -> list[Outcome]:
    return backend.call(FLOW_RUNS_RETRY, RetryMany(where=RunFilter(ids=list(ids)), **choice)).items  # type: ignore[arg-type]


def redo(backend: Backend, id: str) -> Redo:
    return backend.call(FLOW_RUN_REDO, ById(id))


def test_what_a_retry_reuses_is_said_before_and_holds_through_its_crashes(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    id = run(backend, deploy(backend))
    first, stream = begin(backend, id)
    a, b, kept = did(stream, id, "a"), did(stream, id, "b"), did(stream, id, "kept", key="k1")
    with pytest.raises(NotOver):
        preview(backend, id)
    end(backend, first)
    assert preview(backend, id) == ([a, b, kept], [])
    assert preview(backend, id, from_task_run=b) == ([a], [b, kept])
    assert preview(backend, id, from_start=True) == ([], [a, b, kept])
    (done,) = retry(backend, id, from_task_run=b, message="b was wrong")
    assert done.done, done
    assert [row.state.details for row in backend.call(op.FLOW_RUN_HISTORY, ById(id)).items][-1] == {REDO_FROM: b}

    second, stream = begin(backend, id)
    assert (first.redone, second.redone) == (False, True)
    assert redo(backend, id) == Redo(void=frozenset({b, kept}), stale_keys=frozenset({"k1"}))
    anew = did(stream, id, "b")
    end(backend, second, Crashed)
    # It goes on from what the retry did, and takes nothing of what it was told to do again.
    assert preview(backend, id) == ([a, anew], [kept])
    assert [each.done for each in retry(backend, id)] == [True]
    third, stream = begin(backend, id)
    assert third.redone
    assert redo(backend, id).void == {b, kept}
    written = did(stream, id, "kept", key="k1")
    assert redo(backend, id).stale_keys == frozenset()
    end(backend, third)
    assert preview(backend, id)[0] == [a, anew, written]

    assert [each.done for each in retry(backend, id, from_start=True)] == [True]
    fourth, stream = begin(backend, id)
    whole = redo(backend, id)
    assert whole == Redo(void=whole.void, stale_keys=whole.stale_keys, all_keys=True)
    assert whole.void == {a, b, kept, anew, written}
    did(stream, id, "kept", key="k1")
    assert redo(backend, id).fresh_keys == {"k1"}
    end(backend, fourth)


def test_a_terminal_chooses_as_well_and_only_from_what_is_the_runs_own(backend: Backend) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    grant, other = start(backend), start(backend, flow="other")
    mine = did(backend.stream(lease_of(grant)), grant.run.id, "a")
    foreign = did(backend.stream(lease_of(other)), other.run.id, "a")
    for each in (grant, other):
        propose(backend, each.run.id, state(Failed), fence=1)
    nowhere = new_id()
    id = grant.run.id
    with pytest.raises(ForeignTaskRun, match=f"{foreign}\\) is of flow run {other.run.name}"):
        preview(backend, id, from_task_run=foreign)
    with pytest.raises(NotFound, match=nowhere):
        preview(backend, id, from_task_run=nowhere)
    with pytest.raises(BadRequest, match="exclude each other"):
        preview(backend, id, from_task_run=mine, from_start=True)
    with pytest.raises(ForeignTaskRun):
        begin(backend, id, **{REDO_FROM: foreign})
    assert backend.call(op.FLOW_RUN_READ, ById(id)).state.kind == "FAILED"
    deployed = run(backend, deploy(backend, pool=None))
    propose(backend, deployed, state(Failed))
    (refused,) = retry(backend, deployed, from_task_run=mine)
    assert (refused.done, refused.code) == (False, "run.foreign-task-run")
    assert mine in (refused.detail or "")

    again, _ = begin(backend, id, **{REDO_FROM: START})
    assert again.redone
    assert redo(backend, id).void == {mine}


def test_of_a_run_with_very_many_task_runs_the_newest_are_looked_at_and_that_is_said(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name="here", type="process"))
    id = run(backend, deploy(backend))
    first, stream = begin(backend, id)
    a, b, c = (did(stream, id, name) for name in "abc")
    d = did(stream, start(backend, leased=False, parent_flow_run_id=id).run.id, "d")
    end(backend, first)
    monkeypatch.setattr(redoing, "MOST_LOOKED_AT", 4)
    whole = backend.call(RETRY_PREVIEW, RetryChoice(id=id))
    assert (whole.looked_at, [each.id for each in whole.reused]) == (None, [a, b, c, d])
    monkeypatch.setattr(redoing, "MOST_LOOKED_AT", 3)
    own = backend.call(RETRY_PREVIEW, RetryChoice(id=id))
    assert (own.looked_at, [each.id for each in own.reused]) == (3, [a, b, c])
    monkeypatch.setattr(redoing, "MOST_LOOKED_AT", 2)
    part = backend.call(RETRY_PREVIEW, RetryChoice(id=id))
    assert (part.looked_at, [each.id for each in part.reused], part.again_count) == (2, [b, c], 0)
    # What began before the task run from which it is done again is still known to have come before it.
    chosen = backend.call(RETRY_PREVIEW, RetryChoice(id=id, from_task_run=a))
    assert ([each.id for each in chosen.again], chosen.reused_count) == ([a, b, c], 0)
    assert [each.id for each in backend.call(RETRY_PREVIEW, RetryChoice(id=id, from_task_run=c)).reused] == [b]
    # A retry looks at all of them.
    assert [each.done for each in retry(backend, id, from_task_run=b)] == [True]
    begin(backend, id)
    assert redo(backend, id).void == {b, c, d}


@pytest.mark.parametrize("name", ["task_runs_of_whole", "task_runs_of_flow_run_newest", "task_runs_of_subflows_some"])
def test_what_is_read_of_a_run_does_not_grow_with_other_runs(name: str, tmp_path: Path) -> None:
    open_backend(f"sqlite:///{tmp_path}/segue.db", tmp_path).close()
    with closing(apsw.Connection(str(tmp_path / "segue.db"))) as connection:
        asked = f"EXPLAIN QUERY PLAN {statement(name)}"
        steps = [str(row[3]) for row in connection.execute(asked, {"id": new_id(), "most": 10})]
    assert any("task_run_flow_run" in step for step in steps), steps
    assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN below", "SCAN chosen", "SCAN d"}, steps
