"""Exceptions thrown into a writing thread at any point, as timeouts and cancellations are."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from types import FrameType

import pytest

from segue.backend.protocol import Backend
from segue.host.locks import FileLock
from segue.model.states import Completed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import applied, lease_of, made, propose, read, start, state


class Thrown(Exception):
    """Thrown by the alarm."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarms here")
def test_a_flush_cut_short_anywhere_loses_and_doubles_nothing(backend: Backend, tmp_path: Path) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    chance = random.Random(7)
    put: set[str] = set()

    def throw(number: int, frame: FrameType | None) -> None:
        raise Thrown

    before = signal.signal(signal.SIGALRM, throw)
    cuts = 0
    try:
        for _ in range(600):
            task = made(grant.run.id)
            stream.put(task)
            put.add(task.id)
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.00002, 0.0012))
                try:
                    stream.flush()
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except Thrown:
                cuts += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert cuts > 30
    stream.flush()
    page = backend.call(op.TASK_RUN_LIST, queries.RunQuery(limit=1000))
    assert {run.id for run in page.items} == put
    assert backend.call(op.UPKEEP_STATS, q.Nothing()).rows["state_row"] == len(put) + 2
    assert applied(stream) == len(put)
    # The turn at the database was given back each time.
    if (tmp_path / "home" / "segue.db.lock").exists():
        lock = FileLock(str(tmp_path / "home" / "segue.db.lock"))
        assert lock.try_acquire()
        lock.close()
    assert propose(backend, grant.run.id, state(Completed), fence=1).status == "accept"
    assert read(backend, grant.run.id).state.kind == "COMPLETED"
