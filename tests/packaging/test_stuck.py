"""A test that hangs says where, to whoever reads what the run printed, and lets the others run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
_PREAMBLE = """
    import ctypes, subprocess, sys, threading, time
    import pytest
"""
_CAN_BE_STOPPED = """
    def test_waits_for_a_child():
        print("so far so good")
        with subprocess.Popen([sys.executable, "-c", "input()", "a-child"], stdin=subprocess.PIPE) as child:
            where_it_waits(child)

    def where_it_waits(child):
        try:
            child.wait()
        finally:
            child.kill()

    def test_waits_for_a_lock():
        threading.Event().wait()

    def test_goes_round():
        while True:
            pass

    def test_goes_on_as_if_nothing_had_happened():
        try:
            threading.Event().wait()
        except BaseException:
            pass

    @pytest.fixture
    def never_left():
        yield
        where_it_is_not_left()

    def where_it_is_not_left():
        threading.Event().wait()

    def test_fails_and_hangs(never_left):
        raise ValueError

    def test_other():
        pass
"""
_SWALLOWS = """
    def test_swallows():
        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass

    def test_other():
        pass
"""
_HOLDS = """
    def test_holds_the_interpreter():
        ctypes.PyDLL(None).sleep(30)

    def test_other():
        pass
"""


def _run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    path = folder / "test_it.py"
    path.write_text(dedent(_PREAMBLE) + dedent(tests))
    plugins = [word for name in ("xdist", "pytest_timeout", "tests.stuck") for word in ("-p", name)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-c", os.devnull, "--timeout=1", "--timeout-method=thread", *options, path],
        check=False, capture_output=True, text=True, cwd=folder, timeout=110,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_test_that_can_be_stopped_fails_like_any_other(tmp_path: Path, processes: str) -> None:
    done = _run(tmp_path, _CAN_BE_STOPPED, "-n", processes)
    assert "4 failed, 2 passed, 2 errors" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("Failed: longer than 1 s") >= 4
    assert "test_goes_on_as_if_nothing_had_happened took longer than it may" in done.stdout
    assert "crashed" not in done.stdout
    found = dict(re.findall(r"::(\w+) took longer than 1 s\n(.*?)\n(?:___|===)", done.stdout, re.DOTALL))
    assert "in where_it_waits" in found["test_waits_for_a_child"]
    assert "so far so good" in found["test_waits_for_a_child"]
    assert "a-child" in found["test_waits_for_a_child"]
    assert "in where_it_is_not_left" in found["test_fails_and_hangs"]


@pytest.mark.parametrize("test", [_SWALLOWS, _HOLDS], ids=["swallows", "holds"])
def test_a_test_that_cannot_be_stopped_ends_its_process_which_says_where(tmp_path: Path, test: str) -> None:
    done = _run(tmp_path, test, "-n", "1")
    assert re.search(r'File ".*test_it.py", line \d+ in test_', done.stdout), done.stdout + done.stderr
    assert "gw0: exit code 1" in done.stdout
    assert "crashed while running 'test_it.py::test_" in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_a_process_that_ends_so_without_xdist_says_where_as_well(tmp_path: Path) -> None:
    done = _run(tmp_path, _SWALLOWS)
    assert done.returncode == 1
    assert re.search(r'File ".*test_it.py", line \d+ in test_swallows', done.stderr), done.stdout + done.stderr
