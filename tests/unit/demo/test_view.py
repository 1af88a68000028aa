from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from segue.demo.progress import Stage, Status, Step, busy
from segue.demo.view import LineView, LiveView, open_view, remark

START = datetime(2013, 1, 1, 5, 15, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def step(name: str, status: Status, start: float | None = None, end: float | None = None) -> Step:
    return Step("read", name, status, None if start is None else at(start), None if end is None else at(end))


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0),
        ([(0, 2)], 2),
        ([(0, 2), (1, 3)], 3),
        ([(5, 6), (0, 2), (1, 1.5)], 3),
        ([(0, 1), (0, 1)], 1),
    ],
)
def test_time_in_which_something_ran(spans: list[tuple[float, float]], seconds: float) -> None:
    assert busy([(at(start), at(end)) for start, end in spans]) == seconds


def test_a_stage_counts_what_need_not_run_any_more() -> None:
    stage = Stage(
        "read", 3, (step("a", Status.DONE, 0, 1), step("b", Status.REUSED, 0, 2), step("c", Status.RUNNING, 3))
    )
    assert stage.finished == 2
    assert stage.seconds(at(4)) == 3


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage("read", 2), ""),
        (Stage("read", 2, (step("a", Status.RUNNING, 0), step("b", Status.RUNNING, 0))), "running: a, b"),
        (Stage("read", 5, tuple(step(n, Status.RUNNING, 0) for n in "abcde")), "running: a, b, c and 2 more"),
        (Stage("load", 1, (step("load", Status.RUNNING, 0),)), ""),
        (Stage("load", 1, (step("load", Status.FAILED, 0, 1),)), "failed: load"),
        (Stage("load", 1, (step("load", Status.REUSED, 0, 1),)), "reused"),
        (Stage("read", 2, (step("a", Status.REUSED, 0, 1), step("b", Status.DONE, 0, 1))), "1 reused"),
    ],
)
def test_what_there_is_to_say(stage: Stage, words: str) -> None:
    assert remark(stage) == words


def test_lines_say_each_end_once() -> None:
    out = io.StringIO()
    view = open_view(Console(file=out))
    assert isinstance(view, LineView)
    running = [Stage("read", 2, (step("a", Status.RUNNING, 0),)), Stage("load", 1)]
    ended = [Stage("read", 2, (step("a", Status.DONE, 0, 1.5), step("b", Status.REUSED, -9, -8))), Stage("load", 1)]
    failed = [*ended[:1], Stage("load", 1, (Step("load", "load", Status.FAILED, at(2), at(3)),))]
    for stages in (running, ended, ended, failed):
        view.show(stages, at(4))
    view.close()
    assert out.getvalue().splitlines() == [
        "[ 1/3] a                1.50 s",
        "[ 2/3] b                reused, had taken 1.00 s",
        "[ 3/3] load             failed after 1.00 s",
    ]


def test_a_terminal_gets_a_live_table() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    console = Console(file=out, force_terminal=True, width=100, _environ={"TERM": "xterm-256color"})
    view = open_view(console)
    assert isinstance(view, LiveView)
    view.show([Stage("read", 2, (step("a", Status.DONE, 0, 1), step("b", Status.RUNNING, 0))), Stage("load", 1)], at(3))
    view.close()
    out.flush()
    drawn = out.buffer.getvalue().decode()
    assert "running: b" in drawn
    assert "1/2" in drawn
    assert "1 of 3 steps" in drawn


def test_a_terminal_that_cannot_draw_gets_lines() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=out, force_terminal=True, _environ={"TERM": "xterm"})
    assert isinstance(open_view(console), LineView)
    dumb = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    assert isinstance(open_view(dumb), LineView)
