import os

from segue import flow, task
from segue.task_runners import ProcessPoolTaskRunner


def prepare(value):
    os.environ["PREPARED"] = value


@task
def read():
    return os.environ.get("PREPARED")


@flow(task_runner=ProcessPoolTaskRunner(max_workers=1, initializer=prepare, initargs=("ready",)))
def main():
    print(read.submit().result())
    print(os.environ.get("PREPARED"))


if __name__ == "__main__":
    main()
