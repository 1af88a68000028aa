"""Deleted runs are remembered for as long as their files may still lie somewhere."""

from __future__ import annotations

from datetime import timedelta

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.backend.pruner import prune
from segue.host.clock import now
from segue.model.states import Completed, Failed, ResultRef, Running
from segue.store.codec import micros
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire.discarded import (
    DISCARDED_DOOMED,
    DISCARDED_LIST,
    DISCARDED_REFERRED,
    REMEMBERED,
    DiscardedQuery,
    Doomed,
    Names,
)
from tests.conformance.making import lease_of, made, moved, propose, start, state


def deleted(backend: Backend) -> list[str]:
    """Return the ids of runs that were deleted lately."""
    return backend.call(DISCARDED_LIST, DiscardedQuery()).ids


def ended_run(backend: Backend, *, result: ResultRef | None = None) -> tuple[str, dict[str, str]]:
    """Make a run with three tasks: one kept its inputs, one failed, one has no file of its own."""
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    tasks = {name: made(grant.run.id, name=name) for name in ("kept", "failed", "plain")}
    for name, task in tasks.items():
        stream.put(task)
        stream.put(moved(task, state(Running), inputs_ref="{}" if name == "kept" else None))
        stream.put(moved(task, state(Failed) if name == "failed" else state(Completed)))
    stream.flush()
    propose(backend, grant.run.id, state(Completed, result=result), fence=1)
    stream.close()
    return grant.run.id, {name: task.id for name, task in tasks.items()}


def test_a_deleted_run_is_remembered_with_those_of_its_tasks_that_may_have_files(backend: Backend) -> None:
    run, tasks = ended_run(backend)
    mine = sorted([run, tasks["kept"], tasks["failed"]])
    assert backend.call(DISCARDED_DOOMED, Doomed(flow_runs=[run])).ids == mine
    assert deleted(backend) == []
    backend.call(op.FLOW_RUN_DELETE, q.ById(run))
    assert deleted(backend) == mine
    assert backend.call(DISCARDED_LIST, DiscardedQuery(limit=2)).ids == mine[:2]
    assert backend.call(DISCARDED_LIST, DiscardedQuery(limit=2, after=mine[1])).ids == mine[2:]


def test_a_deleted_task_run_is_remembered_too(backend: Backend) -> None:
    _, tasks = ended_run(backend)
    for id in tasks.values():
        backend.call(op.TASK_RUN_DELETE, q.ById(id))
    assert deleted(backend) == sorted([tasks["kept"], tasks["failed"]])


def test_pruning_deletes_what_it_said_it_would(backend: Backend) -> None:
    run, tasks = ended_run(backend)
    everything = q.Prune(task_runs=timedelta(0), flow_runs=timedelta(0))
    doomed = backend.call(DISCARDED_DOOMED, Doomed(prune=everything)).ids
    assert doomed == sorted([run, tasks["kept"], tasks["failed"]])
    assert backend.call(DISCARDED_DOOMED, Doomed(prune=q.Prune(flow_runs=timedelta(days=1)))).ids == []
    prune(backend, everything)
    assert deleted(backend) == doomed


def test_what_a_state_points_to_is_told_by_key_and_by_storage(backend: Backend) -> None:
    in_folder = ResultRef(storage="local:/x", key="flow-1", serializer="pickle")
    in_journal = ResultRef(storage="journal:/x/1.1.journal", key="step", serializer="pickle", offset=8)
    for ref in (in_folder, in_journal):
        ended_run(backend, result=ref)
    names = ["flow-1", "flow-2", "journal:/x/1.1.journal", "journal:/x/2.1.journal"]
    found = backend.call(DISCARDED_REFERRED, Names(names=names)).names
    assert found == ["flow-1", "journal:/x/1.1.journal"]
    assert backend.call(DISCARDED_REFERRED, Names(names=[])).names == []


def test_it_is_forgotten_after_a_while(backend: Backend, beneath: EmbeddedBackend) -> None:
    old, young = ended_run(backend)[0], ended_run(backend)[0]
    for run in (old, young):
        backend.call(op.FLOW_RUN_DELETE, q.ById(run))
    assert len(deleted(backend)) == 6
    writer = beneath._opened().writer()
    writer.begin()
    writer.select(f"UPDATE discarded SET at = {micros(now() - REMEMBERED)} WHERE id <= '{old}' RETURNING id", {})
    writer.commit()
    writer.close()
    prune(backend, q.Prune())
    assert old not in deleted(backend)
    assert young in deleted(backend)
