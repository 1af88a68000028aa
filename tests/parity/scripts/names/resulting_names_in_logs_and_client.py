import time

from segue import flow, get_client, task


@task(task_run_name="load-{table}")
def load(table):
    return table


@flow(flow_run_name="run-{tables[0]}")
def main(tables):
    load.map(tables).wait()
    load(tables[0])


main(["users", "orders"])
with get_client(sync_client=True) as client:
    for run in client.read_flow_runs():
        print(run.name)
        for _ in range(100):
            names = sorted(t.name for t in client.read_task_runs() if t.state.is_final())
            if len(names) == 3:
                break
            time.sleep(0.2)
        print(names)
