from __future__ import annotations

from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.model.states import Pending, Running
from segue.server.loops.reaper import Reaper
from segue.wire import operations as op
from segue.wire import requests as q
from tests.conformance.making import kinds, start, state

ELSEWHERE = q.Holder(host="far-away", boot="b", pid_namespace="n", pid=7, started="s")


class Wound:
    """A clock that is wound by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_expired_elsewhere_is_closed_only_after_the_server_served_for_a_whole_lease(
    url: str, tmp_path: Path
) -> None:
    backend = open_backend(url, tmp_path)
    try:
        look_after(backend)
    finally:
        backend.close()


def look_after(backend: EmbeddedBackend) -> None:
    lease = q.LeaseRequest(holder=ELSEWHERE, seconds=-1.0)
    run = start(backend, leased=False, states=[state(Pending), state(Running)]).run
    backend.call(op.FLOW_RUN_CLAIM, q.Claim(id=run.id, lease=lease))
    watch = Wound()
    reaper = Reaper(backend, monotonic=watch)
    for served, expected in ((0, "RUNNING"), (29, "RUNNING"), (31, "CRASHED")):
        watch.now = 1000.0 + served
        reaper.look()
        assert kinds(backend, run.id)[-1] == expected
    assert reaper.look() == q.Reaped()
