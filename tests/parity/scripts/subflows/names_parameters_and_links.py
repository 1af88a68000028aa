from segue import flow, get_client, task
from segue.runtime import flow_run


@flow(flow_run_name="child-{x}")
def child(x: int, tags: list[str] = []):
    return flow_run.name, flow_run.parent_flow_run_id is not None, flow_run.root_flow_run_id != flow_run.id


@flow
def parent():
    return [child("1"), child(2, tags=("a",)), child.with_options(flow_run_name="other")(3)]


for each in parent():
    print(each)
with get_client(sync_client=True) as client:
    runs = client.read_flow_runs()
    parents = [r for r in runs if r.parent_task_run_id is None]
    children = sorted((r for r in runs if r.parent_task_run_id), key=lambda r: r.name)
    print(len(parents), [r.name for r in children], [r.parameters for r in children])
    stand_ins = [client.read_task_run(r.parent_task_run_id) for r in children]
    print([t.flow_run_id == parents[0].id for t in stand_ins], sorted({t.name.split("-")[0] for t in stand_ins}))
