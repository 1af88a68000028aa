"""A storage key may name parameters, the flow run and the task run."""

import tempfile
from pathlib import Path

from segue import flow, task

folder = Path(tempfile.mkdtemp())


@task(result_storage=folder, result_storage_key="{flow_run.flow_name}/{task_run.task_name}-{parameters[x]}.json")
def double(x, y=1):
    return x * 2 * y


@task(result_storage=folder, result_storage_key="plain-{parameters[name]}")
def hello(name):
    return f"hello {name}"


@flow(name="naming")
def naming(numbers):
    values = [double(number) for number in numbers]
    return values, hello("ada")


print(naming([1, 2, 3]))
for path in sorted(folder.rglob("*")):
    if path.is_file():
        print(path.relative_to(folder).as_posix())
