"""Subflows of one no-op task each, one after the other, in one flow."""

import json
import sys
import time

from segue import flow, task


@task
def noop(number):
    return number


@flow
def inner(number):
    return noop(number)


@flow
def outer(count):
    for number in range(count):
        inner(number)


if __name__ == "__main__":
    count = int(sys.argv[1])
    began = time.perf_counter()
    outer(count)
    seconds = time.perf_counter() - began
    # A subflow appears among its parent's task runs as well.
    print(json.dumps({"rate": count / seconds, "task_runs": 2 * count, "flow_runs": count + 1}))
