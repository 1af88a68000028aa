from segue import flow, get_client, task
from segue.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterParentFlowRunId
from segue.runtime import flow_run

ids = {}


@flow(flow_run_name="the child")
def child(x: int):
    ids["child"] = flow_run.id
    return x


@flow(flow_run_name="the parent")
def parent():
    ids["parent"] = flow_run.id
    child(1)


parent()
with get_client(sync_client=True) as client:
    one = client.read_flow_run(ids["child"])
    top = client.read_flow_run(ids["parent"])
    print(one.name, one.parent_task_run_id is not None, one.parameters, one.state.name)
    print(top.name, top.parent_task_run_id, top.parameters, top.run_count)
    print(one.flow_id != top.flow_id)
    flows = client.read_flows(flow_filter=FlowFilter(name=FlowFilterName(any_=["child"])))
    print([flow.name for flow in flows], flows[0].id == one.flow_id)
    children = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[ids["parent"]]))
    )
    print([run.name for run in children])
