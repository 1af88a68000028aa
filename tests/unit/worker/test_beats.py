"""When a worker says that it is there by itself: where its questions for work do not say so."""

from __future__ import annotations

from typing import Any, cast

import pytest

from segue.host import clock
from segue.model.launches import WorkerPlan
from segue.worker.worker import Worker

NOW = 1_000_000.0
NEVER = float("inf")


@pytest.mark.parametrize(
    ("every", "told", "asked", "pool", "beats"),
    [
        # It asks: only to tell now and then who it is.
        (30.0, 31.0, 20.0, "here", False),
        (30.0, 299.0, 20.0, "here", False),
        (30.0, 300.0, 20.0, "here", True),
        # The last answer came to a question that is as old as a wait and a beat: it has no room, or no server.
        (30.0, 29.0, 56.0, "here", False),
        (30.0, 31.0, 56.0, "here", True),
        # It never asked, or nobody takes its questions for beats.
        (30.0, 31.0, NEVER, "here", True),
        (30.0, 31.0, 20.0, None, True),
        # It asks less often than it is to beat.
        (1.0, 1.0, 0.5, "here", True),
        (1.0, 0.5, 0.5, "here", False),
    ],
)
def test_a_worker_beats_by_itself_when_its_questions_do_not(
    monkeypatch: pytest.MonkeyPatch, every: float, told: float, asked: float, pool: str | None, beats: bool
) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: NOW)
    plan = WorkerPlan(name="ann", work_pool_name=pool, heartbeat_seconds=every)
    nobody = cast("Any", None)
    worker = Worker(nobody, plan, nobody, home="", version="")
    worker._asked = NOW - asked
    assert worker._is_to_beat(NOW - told) is beats
