"""No-op tasks, one after the other, in one flow."""

import json
import sys
import time

from segue import flow, task


@task
def noop(number):
    return number


@flow
def sequential(count):
    for number in range(count):
        noop(number)


if __name__ == "__main__":
    count = int(sys.argv[1])
    began = time.perf_counter()
    sequential(count)
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "began": began, "task_runs": count, "flow_runs": 1}))
