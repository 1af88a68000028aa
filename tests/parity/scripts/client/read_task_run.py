"""One task run and its history are read by id."""

import time
from uuid import uuid4

from segue import flow, get_client, task
from segue.exceptions import ObjectNotFound

attempts = []


@task(retries=1, task_run_name="retried", tags=["x"])
def shaky():
    attempts.append(1)
    if len(attempts) == 1:
        raise ValueError("first")
    return "fine"


@flow
def pipeline():
    return shaky(return_state=True).state_details.task_run_id


task_run_id = pipeline()
with get_client(sync_client=True) as client:
    for _ in range(100):
        runs = [run for run in client.read_task_runs() if run.id == task_run_id and run.state.is_final()]
        if runs and len(client.read_task_run_states(task_run_id)) == 4:
            break
        time.sleep(0.1)
    run = client.read_task_run(task_run_id)
    print(run.name, run.state.name, run.tags, run.run_count)
    for state in sorted(client.read_task_run_states(task_run_id), key=lambda state: state.timestamp):
        print(state.type.value, state.name)
    try:
        client.read_task_run(uuid4())
    except ObjectNotFound as error:
        print(type(error).__name__)
