"""`segue demo` as a person types it: in a process of its own, which may be killed."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SEGUE = Path(sys.executable).with_name("segue")
STEPS = 23
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


@dataclass(frozen=True)
class Machine:
    """A machine on which nothing was ever run."""

    root: Path

    @property
    def home(self) -> Path:
        """Where everything must lie."""
        return self.root / "segue"

    def surroundings(self) -> dict[str, str]:
        """Give every place that programs like to write to, so that a stray file is found."""
        places = {"HOME": "user", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache"}
        for place in places.values():
            (self.root / place).mkdir(exist_ok=True)
        named = {name: str(self.root / place) for name, place in places.items()}
        return {"PATH": os.environ["PATH"], "SEGUE_HOME": str(self.home), "LANG": "C.UTF-8", **named}

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type one command."""
        env = self.surroundings()
        return subprocess.run(
            words, check=False, capture_output=True, text=True, timeout=90, cwd=self.root / "user", env=env
        )

    def segue(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type one command of ours."""
        return self.type(str(SEGUE), *words)

    def watch(self, *words: str) -> tuple[int, str]:
        """Type one command of ours at a real terminal; returns the exit code and everything that was drawn."""
        ours, theirs = os.openpty()
        env = self.surroundings() | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        with subprocess.Popen(
            (str(SEGUE), *words), stdin=theirs, stdout=theirs, stderr=theirs, cwd=self.root / "user", env=env
        ) as process:
            os.close(theirs)
            drawn = b"".join(iter(lambda: read_terminal(ours), b""))
        os.close(ours)
        return process.returncode, drawn.decode()

    def runs(self) -> list[dict[str, object]]:
        """List the flow runs, newest first."""
        listed = json.loads(self.segue("flow-run", "ls", "-o", "json").stdout)
        assert isinstance(listed, list)
        return listed

    def strays(self) -> list[Path]:
        """Find what was written outside the home."""
        return [path for path in self.root.rglob("*") if path.is_file() and self.home not in path.parents]


def read_terminal(descriptor: int) -> bytes:
    """Read what is there; nothing once the last program has left."""
    try:
        return os.read(descriptor, 65_536)
    except OSError as error:
        # How Linux says that the other side of a pseudo-terminal is closed.
        if error.errno != errno.EIO:
            raise
        return b""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_showing_from_beginning_to_end(machine: Machine) -> None:
    shown = machine.segue("demo")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    name = str(machine.runs()[0]["name"])
    lines = shown.stdout.splitlines()
    assert len([line for line in lines if re.match(r"\[ ?\d+/23\] ", line)]) == STEPS
    for count in (
        "flights   336,776",
        "weather    26,115",
        "planes      3,322",
        "airports    1,458",
        "airlines       16",
    ):
        assert f"  {count}" in lines
    assert "8,255 flights have no dep_delay (7,500 to 9,000 are expected)" in lines
    for command in ("flow-run ls", f"flow-run inspect {name}", f"flow-run logs {name}", "artifact ls"):
        assert any(f"segue {command}  " in line for line in lines)
        looked = machine.segue(*command.split())
        assert looked.returncode == 0, looked.stderr
        assert looked.stdout.strip()
    assert (machine.home / "demo" / "report.md").is_file()
    assert machine.strays() == []


def test_a_killed_showing_goes_on_and_says_what_it_reused(machine: Machine) -> None:
    killed = machine.segue("demo", "--crash-after", "load")
    assert killed.returncode == -signal.SIGKILL
    (run,) = machine.runs()
    assert run["state"] == {"type": "CRASHED", "name": "Crashed"}
    loaded = (machine.home / "demo" / "flights.parquet").stat().st_mtime_ns

    rest = machine.segue("demo")
    assert rest.returncode == 0, rest.stdout + rest.stderr
    assert f"Flow run {run['name']} goes on" in rest.stdout
    said = r"^Reused from before the crash: read \(5 of 5, \d+\.\d\d s\), load \(\d+\.\d\d s\)\.$"
    assert re.search(said, rest.stdout, re.MULTILINE), rest.stdout
    assert (machine.home / "demo" / "flights.parquet").stat().st_mtime_ns == loaded
    (same,) = machine.runs()
    assert same["id"] == run["id"]
    assert same["state"] == {"type": "COMPLETED", "name": "Completed"}
    assert machine.strays() == []

    anew = machine.segue("demo")
    assert anew.returncode == 0
    assert "Reused" not in anew.stdout
    assert len(machine.runs()) == 2


def test_a_terminal_shows_it_live_and_is_left_in_order(machine: Machine) -> None:
    code, drawn = machine.watch("demo", "--crash-after", "load")
    assert code == -signal.SIGKILL
    assert "running: read-flights" in drawn
    assert "6 of 23 steps" in drawn
    # A hidden cursor would outlive the process that hid it.
    assert drawn.rindex(SHOW_CURSOR) > drawn.rindex(HIDE_CURSOR)
    assert "Killing this process, as asked" in drawn

    code, drawn = machine.watch("demo")
    assert code == 0
    assert "23 of 23 steps" in drawn
    assert drawn.rindex(SHOW_CURSOR) > drawn.rindex(HIDE_CURSOR)
    assert "Where to look next:" in drawn


def test_retry_goes_on_as_well(machine: Machine) -> None:
    assert machine.segue("demo", "--crash-after", "month").returncode == -signal.SIGKILL
    (run,) = machine.runs()
    retried = machine.segue("flow-run", "retry", str(run["name"]))
    assert retried.returncode == 0, retried.stdout + retried.stderr
    (reused,) = [line for line in retried.stderr.splitlines() if line.startswith("Reused from before: ")]
    assert {"read-flights", "load-0"} <= set(
        reused.removeprefix("Reused from before: ").partition(" and ")[0].split(", ")
    )
    (same,) = machine.runs()
    assert (same["id"], same["state"]) == (run["id"], {"type": "COMPLETED", "name": "Completed"})


def test_a_fresh_showing_leaves_the_killed_one_alone(machine: Machine) -> None:
    assert machine.segue("demo", "--crash-after", "read").returncode == -signal.SIGKILL
    assert machine.segue("demo", "--fresh").returncode == 0
    assert [run["state"] for run in machine.runs()] == [
        {"type": "COMPLETED", "name": "Completed"},
        {"type": "CRASHED", "name": "Crashed"},
    ]


def test_a_step_that_does_not_exist(machine: Machine) -> None:
    asked = machine.segue("demo", "--crash-after", "lunch")
    assert asked.returncode == 2
    assert (
        "There is no step 'lunch'; the steps are read, load, count, nulls, join, carriers, month, publish."
        in asked.stdout
    )


def test_without_the_extra_one_sentence_says_what_to_install(machine: Machine) -> None:
    hidden = "import sys; sys.modules['duckdb'] = None; sys.argv = ['segue', 'demo']; from segue.cli.main import main; main()"
    asked = machine.type(sys.executable, "-c", hidden)
    assert asked.returncode == 1
    assert asked.stderr == "The demo needs duckdb, which the extra 'demo' brings: pip install 'segue[demo]'\n"
