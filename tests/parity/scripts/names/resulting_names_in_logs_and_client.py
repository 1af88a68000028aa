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
        names = sorted(t.name for t in client.read_task_runs())
        print(names)
