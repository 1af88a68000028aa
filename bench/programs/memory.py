"""Peak memory of one flow after so many task runs: direct calls, or submitted a hundred at a time."""

import json
import sys
from pathlib import Path

from segue import flow, task


@task
def noop(number):
    return number


def peak():
    """Megabytes that this process has used at most so far."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1000


@flow
def direct(marks):
    for number in range(1, max(marks) + 1):
        noop(number)
        if number in marks:
            used[number] = peak()


@flow
def submitted(marks):
    for number in range(1, max(marks) + 1):
        future = noop.submit(number)
        if number % 100 == 0:
            future.wait()
        if number in marks:
            used[number] = peak()


used = {}

if __name__ == "__main__":
    marks = [int(mark) for mark in sys.argv[2:]]
    {"direct": direct, "submitted": submitted}[sys.argv[1]](marks)
    print(json.dumps({"peak": used, "task_runs": max(marks), "flow_runs": 1}))
