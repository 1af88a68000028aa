"""A subflow's run points to a task run of its parent, and is found by its parent."""

import time

from segue import flow, get_client
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterParentFlowRunId


@flow(flow_run_name="child-{x}")
def child(x):
    return x


@flow(flow_run_name="parent")
def parent():
    child(1)
    child(2)


parent_id = parent(return_state=True).state_details.flow_run_id
with get_client(sync_client=True) as client:
    for _ in range(100):
        tasks = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[parent_id])))
        if len(tasks) == 2:
            break
        time.sleep(0.1)
    chosen = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[parent_id]))
    children = client.read_flow_runs(flow_run_filter=chosen)
    print(sorted(run.name for run in children))
    print({run.parent_task_run_id for run in children} == {run.id for run in tasks})
    print(len(tasks), client.read_flow_run(parent_id).parent_task_run_id)
