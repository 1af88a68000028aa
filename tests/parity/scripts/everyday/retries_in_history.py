import time

from segue import flow, get_client, task
from segue.context import get_run_context
from segue.runtime import flow_run, task_run

tries = {"task": 0, "flow": 0}


@task(retries=2, retry_delay_seconds=0.1)
def delayed():
    tries["task"] += 1
    if task_run.run_count < 3:
        raise OSError(tries["task"])
    return get_run_context().task_run.id


@flow(retries=1, retry_delay_seconds=0.1)
def main():
    tries["flow"] += 1
    task_id = delayed()
    if flow_run.run_count == 1:
        raise RuntimeError("again")
    return get_run_context().flow_run.id, task_id


flow_run_id, task_run_id = main()
print(tries)
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        runs = client.read_task_runs()
        if len(runs) == 2 and all(run.state_name == "Completed" for run in runs):
            break
        time.sleep(0.1)
    run = client.read_flow_run(flow_run_id)
    print(run.run_count, run.state_name, [state.name for state in client.read_flow_run_states(flow_run_id)])
    print(sorted(run.run_count for run in runs))
    print([(state.type.value, state.name) for state in client.read_task_run_states(task_run_id)])
