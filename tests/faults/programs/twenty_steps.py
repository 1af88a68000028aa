"""Twenty steps, one after the other: run afresh, or again under the id given."""

import sys

from segue import flow, task
from segue.flows import rerun
from tests.faults.programs.ledger import die_at, effect


@task
def step(number: int, total: int) -> int:
    effect(number)
    return total * 3 + number


@flow(durable=True)
def twenty(start: int) -> int:
    total = start
    for number in range(20):
        die_at(f"before:{number}")
        total = step(number, total)
    die_at("before:the end")
    return total


if __name__ == "__main__":
    print(rerun(twenty, sys.argv[1], {"start": 7}).result() if len(sys.argv) > 1 else twenty(7))
