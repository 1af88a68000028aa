"""Durable no-op steps, one after the other: each is on disk before the next begins."""

import json
import sys
import time

from segue import flow, task


@task
def step(number):
    return number


@flow(durable=True)
def durable(count):
    for number in range(count):
        step(number)


if __name__ == "__main__":
    count = int(sys.argv[1])
    # The database is made and opened before the clock starts.
    durable(1)
    began = time.perf_counter()
    durable(count)
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "task_runs": count + 1, "flow_runs": 2}))
