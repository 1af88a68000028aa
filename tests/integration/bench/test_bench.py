"""The programs that measure speed do their work; how fast they do it is no matter of tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.harness import Bench, Failed
from bench.load import Watch
from bench.peers import Segue

ROOT = Path(__file__).parents[3]


@pytest.fixture
def segue(tmp_path: Path) -> Segue:
    return Segue(Bench(quick=True, retries=0, folder=tmp_path))


@pytest.mark.parametrize("name", ["sequential", "submitted", "mapped", "gathered", "subflows", "durable"])
def test_a_program_makes_what_it_says(name: str, segue: Segue, tmp_path: Path) -> None:
    said = segue.program(name, tmp_path, 20).said
    assert said["rate"] > 0
    assert said["task_runs"] in {20, 21, 40}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux tells of a process")
@pytest.mark.parametrize("how", ["direct", "submitted"])
def test_memory_is_read_at_each_mark(how: str, segue: Segue, tmp_path: Path) -> None:
    said = segue.program("memory", tmp_path, how, 100, 200).said
    assert all(0 < float(said["peak"][mark]) < 1000 for mark in ("100", "200"))


def test_what_is_not_in_the_database_is_a_failure(segue: Segue, tmp_path: Path) -> None:
    segue.program("sequential", tmp_path, 5)
    with pytest.raises(Failed, match=r"5 task runs were made, in the database are \{'COMPLETED': 10\}"):
        segue.program("sequential", tmp_path, 5)


def test_what_others_use_is_told_from_what_we_use() -> None:
    spin = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    with Watch([]) as alone:
        subprocess.run([sys.executable, "-c", spin], check=True)
    if alone.foreign is None:
        pytest.skip("the machine does not tell")
    assert alone.foreign >= 0


def test_the_bench_prints_its_table() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--only", "storage", "--retries", "0", "-o", "json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (row,) = json.loads(done.stdout)["rows"]
    assert row["met"], row
