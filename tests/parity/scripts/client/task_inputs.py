"""A task run remembers which task runs and parameters its inputs came from."""

import time

from segue import flow, get_client, task


@task(task_run_name="first")
def first():
    return [1]


@task(task_run_name="second")
def second(x, y, other=None):
    return x


@flow
def pipeline(p):
    future = first.submit()
    second.submit(future, 5, other=[future, p], wait_for=[future]).wait()


state = pipeline("value", return_state=True)
with get_client(sync_client=True) as client:
    for _ in range(100):
        runs = {run.name: run for run in client.read_task_runs()}
        if {"first", "second"} <= set(runs) and runs["second"].state.is_final():
            break
        time.sleep(0.1)
    first_id = runs["first"].id
    for name, inputs in sorted(runs["second"].task_inputs.items()):
        print(name, [(one.input_type, getattr(one, "id", None) == first_id) for one in inputs])
    print(runs["first"].task_inputs)
