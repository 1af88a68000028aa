import os

from segue import flow, task
from segue.task_runners import ProcessPoolTaskRunner

MAIN = os.getpid()


@task
def square(x: int) -> tuple[int, bool]:
    if x == 3:
        raise ValueError("three")
    return x * x, os.getpid() == MAIN


@task
def add(pairs: list[tuple[int, bool]]) -> int:
    return sum(value for value, _ in pairs)


@flow(task_runner=ProcessPoolTaskRunner(max_workers=2))
def crunch(n: int):
    futures = square.map(range(n))
    values = [future.result(raise_on_failure=False) for future in futures]
    good = [value for value in values if not isinstance(value, Exception)]
    total = add.submit(good)
    here = square(5)
    return total.result(), [inside for _, inside in good], here, [type(value).__name__ for value in values]


if __name__ == "__main__":
    print(crunch(5))
    failed = crunch.with_options(name="again")(2)
    print(failed)
