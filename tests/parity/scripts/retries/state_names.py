from segue import flow, get_client, task
from segue.runtime import flow_run, task_run

seen = []
ids = []


@task(retries=2)
def flaky():
    seen.append(task_run.run_count)
    if len(seen) < 3:
        raise ValueError("not yet")
    return len(seen)


@flow(retries=1)
def main():
    ids.append(flow_run.id)
    if len(ids) == 1:
        raise RuntimeError("first attempt")
    return flow_run.run_count, flaky()


print(main())
print(seen)
with get_client(sync_client=True) as client:
    run = client.read_flow_run(ids[0])
    print(run.run_count, run.state.name)
    print([state.name for state in client.read_flow_run_states(ids[0])])
print(len(set(ids)))
