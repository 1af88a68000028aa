"""A home that cannot be used: the flow's caller is told in a sentence, and nothing is broken afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.client import get_client
from segue.engine.session import forget, reading
from segue.host import config
from tests.faults.processes import flow_run, flow_runs, run


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("many", "fifty", SEGUE_HOME=str(tmp_path / "file"))
    assert done.code == 1
    assert f"StorageProblem: The database {tmp_path}/file/segue.db cannot be" in done.err


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    done = run("many", "fifty", SEGUE_HOME="/proc/nowhere")
    assert done.code == 1
    assert "Check that the folder exists and can be written." in done.err


def test_a_database_of_a_newer_version(home: Path) -> None:
    assert run("many", "fifty").code == 0
    forget()
    database = reading()._opened()  # type: ignore[attr-defined]
    writer = database.writer()
    writer.select("UPDATE meta SET value = '901' WHERE key = 'schema_version'", {})
    writer.select("INSERT INTO meta VALUES ('min_reader', '900')", {})
    writer.close()
    forget()
    done = run("many", "fifty")
    assert done.code == 1
    assert "newer version of Segue" in done.err


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: object) -> Iterator[Path]:
    """A home on a disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    assert callable(need)
    need("the right to mount a small disk", mounted.returncode == 0)
    monkeypatch.setenv("SEGUE_HOME", str(place / "home"))
    config.forget()
    try:
        yield place
    finally:
        forget()
        subprocess.run(["umount", str(place)], check=True)


def test_records_that_do_not_fit(small_disk: Path, ledger: Path) -> None:
    done = run("filling", "fills")
    assert done.code == 1
    assert "is full" in done.err
    assert "returned" not in done.out
    # There is not even room to say that it crashed; once there is, it is said.
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    assert flow_run().state_name == "Crashed"
    assert reading().check() == []  # type: ignore[attr-defined]
    assert run("many", "fifty").code == 0
    assert len(flow_runs()) == 2


def test_a_result_that_does_not_fit(small_disk: Path, ledger: Path) -> None:
    done = run("filling", "fills_with_results")
    assert done.code == 1
    assert "No space left on device" in done.err or "is full" in done.err
    told = done.err
    (small_disk / "ballast").unlink()
    lost = flow_run()
    assert lost.state_name in {"Crashed", "Failed"}
    done = run("filling", "fills_with_results", str(lost.id))
    assert (done.code, done.out) == (0, "returned 200000\n"), done.err
    assert ledger.read_text().split() == ["first", "second", "second"], told


LOOK = "from segue.client import get_client; print(get_client(sync_client=True).read_flow_runs())"


def test_who_only_looks_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={"SEGUE_HOME": str(tmp_path / "file")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "cannot be" in done.stderr
    assert get_client(sync_client=True).read_flow_runs() == []
