"""After a rollback the task run's last state is RolledBack, still of type Completed."""

import time

from segue import flow, get_client, task
from segue.transactions import transaction

ids = []


@task
def write():
    return "written"


write.on_rollback(lambda txn: print("undo"))


@flow
def pipeline():
    with transaction():
        state = write(return_state=True)
        print(state.type.value, state.name)
        ids.append(state.state_details.task_run_id)
        raise ValueError("fail")


print(pipeline(return_state=True).name)
with get_client(sync_client=True) as client:
    for _ in range(100):
        runs = [run for run in client.read_task_runs() if run.id == ids[0]]
        if runs and runs[0].state.name == "RolledBack":
            break
        time.sleep(0.1)
print(runs[0].state.type.value, runs[0].state.name)
