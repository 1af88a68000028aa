"""A no-op task mapped over numbers, then all results taken."""

import json
import sys
import time

from segue import flow, task


@task
def noop(number):
    return number


@flow
def mapped(count):
    assert noop.map(range(count)).result() == list(range(count))


if __name__ == "__main__":
    count = int(sys.argv[1])
    began = time.perf_counter()
    mapped(count)
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "task_runs": count, "flow_runs": 1}))
