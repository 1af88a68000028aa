"""No-op tasks, submitted one by one, then all results taken."""

import json
import sys
import time

from segue import flow, task


@task
def noop(number):
    return number


@flow
def submitted(count):
    futures = [noop.submit(number) for number in range(count)]
    assert [future.result() for future in futures] == list(range(count))


if __name__ == "__main__":
    count = int(sys.argv[1])
    began = time.perf_counter()
    submitted(count)
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "began": began, "task_runs": count, "flow_runs": 1}))
