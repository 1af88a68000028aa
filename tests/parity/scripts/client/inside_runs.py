"""A run can look at itself and its neighbours while it runs."""

from segue import flow, get_client
from segue.runtime import flow_run


@flow(flow_run_name="child")
def child():
    with get_client(sync_client=True) as client:
        me = client.read_flow_run(flow_run.id)
        print(me.name, me.state.name, me.parent_task_run_id is not None)
    return flow_run.id


@flow(flow_run_name="parent")
def parent():
    child_id = child()
    with get_client(sync_client=True) as client:
        me = client.read_flow_run(flow_run.id)
        print(me.name, me.state.name, me.end_time, me.parent_task_run_id)
        print(client.read_flow_run(child_id).state.name)
        print(sorted(run.name for run in client.read_flow_runs()))


parent()
