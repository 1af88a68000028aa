from segue import flow, get_client, task
from segue.runtime import flow_run

ids = []


@task
def divide(a, b):
    return a / b


@flow(flow_run_name="ratio-{a}-{b}")
def ratio(a: int, b: int):
    ids.append(flow_run.id)
    return divide(a, b)


ratio(1, 2)
ratio(1, 0, return_state=True)
with get_client(sync_client=True) as client:
    for run_id in ids:
        run = client.read_flow_run(run_id)
        print(run.name, run.state_type.value, run.state_name, run.state.message)
        print([state.name for state in client.read_flow_run_states(run_id)])
        print(run.start_time is not None, run.end_time >= run.start_time, run.total_run_time.total_seconds() >= 0)
        print(run.run_count, run.parameters, run.tags, run.deployment_id)
        print(client.read_flow(run.flow_id).name)
