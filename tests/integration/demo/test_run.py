"""What one call of the demo decides: to begin, to go on, to refuse."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from segue import task
from segue.demo import pipeline
from segue.demo.checks import rows_arrived
from segue.demo.data import TABLES
from segue.demo.run import latest_run, run
from segue.engine.session import reading
from segue.host import config

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with config.overridden({"SEGUE_HOME": str(tmp_path)}):
        yield tmp_path


def test_ctrl_c_stops_and_the_next_call_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @task(name="join")
    def interrupted(database: Path, flights: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as during:
        during.setattr(pipeline, "join", interrupted)
        assert run(crash_after=None, fresh=False) == 130
    stopped = latest_run(reading())
    assert stopped is not None
    assert stopped.state.kind == "CRASHED"
    assert "Stopped. Type `segue demo` to go on from here." in capsys.readouterr().out

    assert run(crash_after=None, fresh=False) == 0
    said = capsys.readouterr().out
    assert f"Flow run {stopped.name} goes on." in said
    assert "Reused from before the crash: read (5 of 5, " in said
    ended = latest_run(reading())
    assert ended is not None
    assert (ended.id, ended.state.kind) == (stopped.id, "COMPLETED")


def test_a_failed_showing_says_why_and_the_next_one_begins_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @task(name="count")
    def short(database: Path) -> dict[str, int]:
        found = {"flights": 65_536}
        rows_arrived(found, TABLES[:1])
        return found

    with monkeypatch.context() as during:
        during.setattr(pipeline, "count", short)
        assert run(crash_after=None, fresh=False) == 1
    failed = latest_run(reading())
    assert failed is not None
    said = capsys.readouterr().out
    assert "] count-0          failed after" in said
    assert "The run ended as Failed" in said
    assert "flights: 65,536 rows where 336,776 are expected, 271,240 missing" in said
    assert f"segue flow-run logs {failed.name}" in said

    assert run(crash_after=None, fresh=False) == 0
    begun = latest_run(reading())
    assert begun is not None
    assert begun.id != failed.id


def test_two_showings_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    second: list[int] = []

    @task(name="count")
    def meanwhile(database: Path) -> dict[str, int]:
        second.append(run(crash_after=None, fresh=False))
        raise LookupError("enough was seen")

    monkeypatch.setattr(pipeline, "count", meanwhile)
    assert run(crash_after=None, fresh=False) == 1
    assert second == [4]
    assert "The demo is running already, as " in capsys.readouterr().out
