from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.model.states import Pending, Running
from segue.server.loops.reaper import Reaper
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import dead_holder, kinds, start, state

ELSEWHERE = q.Holder(host="far-away", boot="b", pid_namespace="n", pid=7, started="s")


class Wound:
    """A clock that is wound by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


Lost = tuple[q.Holder, float]


@pytest.fixture(params=["expired elsewhere", "dead here"])
def lost(request: pytest.FixtureRequest) -> Lost:
    """Return a holder that is gone, and how long its lease still lasts."""
    return (ELSEWHERE, -1.0) if request.param == "expired elsewhere" else (dead_holder(), 30.0)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    opened = open_backend(url, tmp_path)
    yield opened
    opened.close()


def left_by(backend: EmbeddedBackend, lost: Lost) -> str:
    run = start(backend, leased=False, states=[state(Pending), state(Running)]).run
    backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=q.LeaseRequest(holder=lost[0], seconds=lost[1])))
    return run.id


def test_what_is_lost_is_closed_only_after_the_server_served_for_a_whole_lease(
    store: EmbeddedBackend, lost: Lost
) -> None:
    run = left_by(store, lost)
    watch = Wound()
    reaper = Reaper(store, monotonic=watch)
    for served, expected in ((0, "RUNNING"), (29, "RUNNING"), (31, "CRASHED")):
        watch.now = 1000.0 + served
        reaper.look()
        assert kinds(store, run)[-1] == expected
    assert reaper.look() == q.Reaped()


def test_a_database_that_could_not_be_written_gives_a_whole_lease_again(store: EmbeddedBackend, lost: Lost) -> None:
    run = left_by(store, lost)
    watch = Wound()
    reaper = Reaper(store, monotonic=watch)
    reaper.look()
    store.metrics().failures += 1
    for served, expected in ((40, "RUNNING"), (69, "RUNNING"), (71, "CRASHED")):
        watch.now = 1000.0 + served
        reaper.look()
        assert kinds(store, run)[-1] == expected
