"""A retry that was given a delay waits for it under its name, also when the delay is nothing."""

import time

from segue import flow, get_client, task


@task(retries=2, retry_delay_seconds=[0, 0.01])
def listed():
    raise ValueError("listed")


@task(retries=1)
def plain():
    raise ValueError("plain")


@flow(flow_run_name="")
def main():
    listed(return_state=True)
    plain(return_state=True)


main(return_state=True)
with get_client(sync_client=True) as client:
    print(client.read_flow_runs()[0].name != "")
    for _ in range(100):
        runs = [run for run in client.read_task_runs() if run.state.is_final()]
        if len(runs) == 2:
            break
        time.sleep(0.1)
    for run in sorted(runs, key=lambda run: run.name):
        states = sorted(client.read_task_run_states(run.id), key=lambda state: state.timestamp)
        print(run.name.split("-")[0], run.run_count, [state.name for state in states])
