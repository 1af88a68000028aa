"""A load of flows that write down outside of Segue what they did: `load.py TASKS [FILE]`, once, or until a file is there."""

import sys
import time
from pathlib import Path

from segue import flow, get_run_logger, task
from segue.runtime import flow_run
from tests.faults.programs.ledger import effect


@task
def step(number: int) -> int:
    effect(f"{flow_run.id} {number}")
    time.sleep(0.005)
    return number


@flow
def inner(numbers: list[int]) -> int:
    get_run_logger().info("inner")
    return sum(step(number) for number in numbers)


@flow
def work(tasks: int) -> int:
    half = tasks // 2
    done = sum(future.result() for future in [step.submit(number) for number in range(half)])
    done += inner(list(range(half, tasks)))
    get_run_logger().info("worked")
    return done


tasks, over, flows = int(sys.argv[1]), sys.argv[2:], 0
while not flows or (over and not Path(over[0]).exists()):
    assert work(tasks) == sum(range(tasks))
    flows += 1
print(flows, flush=True)
