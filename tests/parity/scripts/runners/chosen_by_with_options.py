from segue import flow, task
from segue.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner
import os


@task
def where():
    return os.getpid()


@flow
def main():
    return {where.submit().result() for _ in range(3)}


if __name__ == "__main__":
    print(main() == {os.getpid()})
    pooled = main.with_options(task_runner=ProcessPoolTaskRunner(max_workers=1))
    print(os.getpid() in pooled(), type(pooled.task_runner).__name__, type(main.task_runner).__name__)
    by_class = flow(task_runner=ThreadPoolTaskRunner)(lambda: 1)
    print(type(by_class.task_runner).__name__)
    try:
        flow(task_runner="threads")(lambda: 1)
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
