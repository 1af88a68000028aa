import re

from segue import flow, task
from segue.runtime import flow_run, task_run


@task
def step():
    return task_run.name


@flow
def main():
    names = {step() for _ in range(5)}
    print(len(names), all(re.fullmatch(r"step-\w+", name) for name in names))
    return flow_run.name


first, second = main(), main()
print(bool(re.fullmatch(r"[a-z]+-[a-z]+", first)), first != second)
