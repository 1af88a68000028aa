"""Exceptions in a writing thread: thrown into it at any point, as timeouts and cancellations are, or by who listens to it."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from types import FrameType

import pytest

from segue.backend.embedded import EmbeddedBackend
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
    # What is read and made once is so now: a file cut short while it is opened is closed by the collector, which complains.
    first = made(grant.run.id)
    stream.put(first)
    stream.flush()
    put = {first.id}

    def throw(number: int, frame: FrameType | None) -> None:
        # A collector's callback, as hypothesis has one, swallows what is thrown into it.
        if frame is None or frame.f_code.co_name != "gc_callback":
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


def test_who_fails_to_hear_of_a_commit_takes_nothing_back(
    beneath: EmbeddedBackend, caplog: pytest.LogCaptureFixture
) -> None:
    def deaf(_done: object) -> None:
        heard.append("once")
        message = "nobody foresaw this"
        raise RuntimeError(message)

    heard: list[str] = []
    beneath.on_commit(deaf)
    first = start(beneath)
    # The writer is still there, and what it answered stands.
    second = start(beneath)
    assert [read(beneath, grant.run.id).state.kind for grant in (first, second)] == ["RUNNING"] * 2
    assert len(heard) >= 2
    assert "What follows a commit failed." in caplog.text
