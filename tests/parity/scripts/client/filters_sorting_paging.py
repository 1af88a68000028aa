from segue import flow, get_client, tags, task
from segue.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterName, FlowRunFilterState, FlowRunFilterStateName, FlowRunFilterStateType, FlowRunFilterTags, TaskRunFilter, TaskRunFilterName
from segue.client.schemas.objects import StateType
from segue.client.schemas.sorting import FlowRunSort, FlowSort, TaskRunSort


@task
def step(i):
    if i == 3:
        raise ValueError("three")
    return i


@flow(flow_run_name="run-{i}")
def one(i):
    step(i)


@flow
def other():
    return 1


with tags("even"):
    one(2)
with tags("odd", "first"):
    one(1)
with tags("odd"):
    one(3, return_state=True)
other()

with get_client(sync_client=True) as client:
    def names(**kw):
        return [r.name for r in client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["one"])), **kw)]

    print(names(sort=FlowRunSort.START_TIME_ASC), names(sort=FlowRunSort.NAME_ASC), names(sort=FlowRunSort.NAME_DESC))
    print(names(sort=FlowRunSort.START_TIME_ASC, limit=2), names(sort=FlowRunSort.START_TIME_ASC, limit=2, offset=1), names(sort=FlowRunSort.START_TIME_ASC, offset=2))
    f = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED])))
    print(names(flow_run_filter=f))
    f = FlowRunFilter(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Completed"])))
    print(sorted(names(flow_run_filter=f)))
    for t in (FlowRunFilterTags(all_=["odd"]), FlowRunFilterTags(all_=["odd", "first"]), FlowRunFilterTags(any_=["even", "first"])):
        print(sorted(names(flow_run_filter=FlowRunFilter(tags=t))))
    print(sorted(names(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(like_="run-")))))
    print(names(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=["run-2", "zzz"]))))
    print([f.name for f in client.read_flows(sort=FlowSort.NAME_ASC)], [f.name for f in client.read_flows(sort=FlowSort.NAME_DESC, limit=1)])
    print(client.count_flow_runs(), client.count_flow_runs(flow_run_filter=f))
    print(client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=["none"]))))
