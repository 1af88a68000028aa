import os

from segue import flow, task
from segue.task_runners import ProcessPoolTaskRunner


@task
def pid_and_square(x):
    return os.getpid(), x * x


@task
def add(x, y):
    return x + y


@task
def fails(x):
    raise ValueError(f"in a process {x}")


@flow(task_runner=ProcessPoolTaskRunner(max_workers=2))
def main():
    results = pid_and_square.map([1, 2, 3]).result()
    print([square for _, square in results], all(pid != os.getpid() for pid, _ in results))
    first = add.submit(1, 2)
    print(add.submit(first, 10).result())
    failed = fails.submit(7)
    failed.wait()
    print(failed.state.name, failed.state.message)
    try:
        failed.result()
    except ValueError as error:
        print("raised", error)
    print(add(1, 1))


if __name__ == "__main__":
    main()
