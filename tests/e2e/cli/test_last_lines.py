"""The last lines in the terminal when a program ends with a failure: which task, the user's line, the value, what to type next."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import segue
from tests.e2e.cli.desk import Desk

HEAD = """
    import time
    from segue import flow, task
    from segue.task_runners import ProcessPoolTaskRunner

    def divide(by):
        return 10 / by
"""

BESIDE = (
    HEAD
    + """
    @task
    def share(by):
        return divide(by)

    @flow(flow_run_name="side by side", task_runner={runner})
    def shares():
        return share.map([1, 0, 2]).result()

    if __name__ == "__main__":
        shares()
"""
)

ALONE = (
    HEAD
    + """
    @task(isolation="process")
    def share(by):
        return divide(by)

    @flow
    def inner():
        share(0)

    @flow(flow_run_name="side by side")
    def outer():
        inner()

    if __name__ == "__main__":
        outer()
"""
)

CUT = (
    HEAD
    + """
    @task(isolation="process", timeout_seconds=0.1)
    def share(by):
        time.sleep(60)

    @flow(flow_run_name="side by side")
    def shares(by=0):
        share(by)

    if __name__ == "__main__":
        shares()
"""
)

ANSWERED = (
    HEAD
    + """
    @task
    def share(by):
        return divide(by)

    @flow(flow_run_name="side by side")
    def shares():
        try:
            share(0)
        except ZeroDivisionError as error:
            raise ValueError("nobody to share with") from error

    shares()
"""
)

STRAY = (
    HEAD
    + """
    @task
    def share(by):
        return divide(by)

    share(0)
"""
)

FAILED = "✗ task 'share' (run 'share-{}') failed: ZeroDivisionError: division by zero"
PLACE = ["  at   shares.py:7 in divide", "       return 10 / by", "  with by = 0"]
NEXT = "  next segue flow-run inspect 'side by side'    or, once mended: segue flow-run retry 'side by side'"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (BESIDE.format(runner=None), [FAILED.format(1), *PLACE, NEXT]),
        (BESIDE.format(runner="ProcessPoolTaskRunner(max_workers=1)"), [FAILED.format(1), *PLACE, NEXT]),
        (ALONE, [FAILED.format(0), *PLACE, NEXT]),
        (CUT, ["  at   shares.py:15 in shares", "       share(by)", "  with by = 0", NEXT]),
        (
            ANSWERED,
            [
                "✗ flow 'shares' (run 'side by side') failed: ValueError: nobody to share with",
                "  at   shares.py:18 in shares",
                '       raise ValueError("nobody to share with") from error',
                "because",
                FAILED.format(0),
                *PLACE,
                NEXT,
            ],
        ),
    ],
    ids=["threads", "processes", "a process of its own", "a process that was ended", "raised in answer"],
)
def test_a_flow_that_fails_says_where_and_with_which_value(desk: Desk, script: str, expected: list[str]) -> None:
    desk.write("shares.py", script)
    done = desk.python("shares.py")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-len(expected) :] == expected
    _only_frames_of_the_user(done.stderr)
    again = desk.segue("flow-run", "retry", "side by side")
    assert again.returncode == 1
    # The culprit is found in the record as well as in the process that failed.
    assert "✗ task 'share'" in again.stderr
    assert again.stderr.splitlines()[-1] == NEXT
    # What is said next can be typed as it stands.
    inspect = NEXT.removeprefix("  next segue ").split("    or")[0]
    assert desk.segue(*shlex.split(inspect)).returncode == 0


def test_a_task_outside_flows_says_so_too(desk: Desk) -> None:
    desk.write("shares.py", STRAY)
    done = desk.python("shares.py")
    assert done.returncode == 1
    *told, after = done.stderr.splitlines()[-5:]
    assert told == [FAILED.format(0), *PLACE]
    _only_frames_of_the_user(done.stderr)
    assert desk.segue(*shlex.split(after.removeprefix("  next segue "))).returncode == 0


def test_values_of_the_call_are_told_where_the_line_names_none(desk: Desk) -> None:
    desk.write("shares.py", HEAD.replace("10 / by", "10 / 0") + "\n    @flow\n    def f(): divide(3)\n\n    f()\n")
    assert "  with by = 3" in desk.python("shares.py").stderr.splitlines()


def _only_frames_of_the_user(told: str) -> None:
    frames = [line for line in told.splitlines() if line.startswith('  File "')]
    assert frames
    assert all(str(Path(segue.__file__).parent) not in frame for frame in frames)
