"""A flow run tells its name, parameters, tags, times and state."""

from datetime import timedelta
from uuid import uuid4

from segue import flow, get_client, tags
from segue.exceptions import ObjectNotFound


@flow(name="described", version="3", flow_run_name="run-{a}")
def described(a, b="default"):
    return a


with tags("t1", "t2"):
    state = described(1, return_state=True)
run_id = state.state_details.flow_run_id
with get_client(sync_client=True) as client:
    run = client.read_flow_run(run_id)
    print(run.name, run.parameters, sorted(run.tags), run.flow_version, run.run_count)
    print(run.state.name, run.state_type.value, run.state_name, run.state.type.value, run.state.message)
    print(run.start_time <= run.end_time, run.total_run_time >= timedelta(0), run.start_time.utcoffset())
    print(run.deployment_id, run.parent_task_run_id, run.id == run_id, type(run.id).__name__)
    print(client.read_flow(run.flow_id).name, client.read_flow_run(str(run_id)).name)
    try:
        client.read_flow_run(uuid4())
    except ObjectNotFound as error:
        print(type(error).__name__)
