"""What records point to is on stable storage before the records are, whichever way they go."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable

import pytest

from segue.backend.courier import RemoteStream
from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.model.errors import StorageProblem
from segue.model.states import Completed
from segue.wire import operations as op
from segue.wire import queries
from tests.conformance.making import lease_of, made, moved, start, state

PATIENCE = 30


def count(backend: Backend, run_id: str) -> int:
    where = queries.RunFilter(flow_run_ids=[run_id], state_types=["COMPLETED"])
    return backend.call(op.TASK_RUN_COUNT, where).count


def test_no_record_is_there_before_what_it_points_to(backend: Backend, opener: Callable[[], Backend]) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    asked, disk = threading.Event(), threading.Event()
    returned: list[object] = []

    def settle() -> None:
        asked.set()
        assert disk.wait(PATIENCE)

    def step() -> None:
        task = made(grant.run.id)
        stream.behind(settle)
        stream.put(task)
        stream.put(moved(task, state(Completed)))
        stream.flush()
        returned.append(task)

    thread = threading.Thread(target=step)
    thread.start()
    assert asked.wait(PATIENCE)
    other = opener()
    assert count(other, grant.run.id) == 0
    assert not returned
    disk.set()
    thread.join(PATIENCE)
    assert returned
    assert count(other, grant.run.id) == 1
    other.close()


def test_records_wait_for_a_disk_that_fails_and_the_caller_is_told(backend: Backend, beneath: EmbeddedBackend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    failures = [OSError(errno.EIO, "Input/output error"), OSError(errno.ENOSPC, "No space left on device")]

    def settle() -> None:
        if failures:
            raise failures.pop(0)

    tasks = [made(grant.run.id) for _ in range(3)]
    for task in tasks:
        if isinstance(stream, RemoteStream):
            # Records leave at any moment, so that the disk comes first, and who has something saved is told there.
            while failures:
                with pytest.raises(OSError, match=r"Input/output error|No space left"):
                    stream.behind(settle)
        stream.behind(settle)
        stream.put(task)
        stream.put(moved(task, state(Completed)))
        if failures:
            with pytest.raises(
                StorageProblem, match=f"The results of run {grant.run.id} cannot be written: .*Input/output"
            ):
                stream.flush()
            assert count(beneath, grant.run.id) == 0
            with pytest.raises(StorageProblem, match="No space left on device"):
                stream.flush()
            assert count(beneath, grant.run.id) == 0
    stream.flush()
    assert count(beneath, grant.run.id) == 3


def test_a_batch_that_cannot_be_stored_whole_waits_as_well(backend: Backend, beneath: EmbeddedBackend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    seen: list[int] = []
    stream.behind(lambda: seen.append(count(beneath, grant.run.id)))
    good, bad = made(grant.run.id), made(grant.run.id, name="\ud800")
    for task in (good, bad):
        stream.put(task)
        stream.put(moved(task, state(Completed)))
    with pytest.raises(Exception, match=r"cannot be stored|surrogate"):
        stream.flush()
    assert seen
    assert set(seen) == {0}
    assert count(beneath, grant.run.id) == 1
