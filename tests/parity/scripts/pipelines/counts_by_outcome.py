from segue import flow, get_client, tags
from segue.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from segue.client.schemas.objects import StateType
from segue.client.schemas.sorting import FlowRunSort, FlowSort
from segue.states import Cancelled, Completed


@flow
def odd(n: int):
    if n % 2 == 0:
        raise ValueError(n)
    return Completed(name="Odd") if n == 3 else n


@flow
def stops(n: int):
    return Cancelled(message=str(n))


for n in range(5):
    with tags(f"n{n}", "all"):
        odd(n, return_state=True)
stops(1, return_state=True)


def by_type(*kinds):
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(kinds))))


with get_client(sync_client=True) as client:
    print(client.count_flow_runs(), client.count_flow_runs(flow_run_filter=by_type(StateType.FAILED)))
    print(
        client.count_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["odd"])), flow_run_filter=by_type("COMPLETED", "CANCELLED")
        )
    )
    named = FlowRunFilter(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Odd", "Cancelled"])))
    print(sorted(run.state_name for run in client.read_flow_runs(flow_run_filter=named)))
    not_failed = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=["FAILED"])))
    print(
        [
            run.parameters["n"]
            for run in client.read_flow_runs(flow_run_filter=not_failed, sort=FlowRunSort.START_TIME_ASC)
        ]
    )
    tagged = FlowRunFilter(tags=FlowRunFilterTags(any_=["n1", "n4"]))
    print(sorted(run.parameters["n"] for run in client.read_flow_runs(flow_run_filter=tagged)))
    pages = [
        [run.parameters["n"] for run in client.read_flow_runs(sort=FlowRunSort.START_TIME_ASC, limit=2, offset=offset)]
        for offset in (0, 2, 4)
    ]
    print(pages)
    print([each.name for each in client.read_flows(sort=FlowSort.NAME_DESC)])
    run = client.read_flow_runs(flow_run_filter=tagged, sort=FlowRunSort.START_TIME_ASC, limit=1)[0]
    client.update_flow_run(run.id, name="renamed", tags=["new"])
    again = client.read_flow_run(run.id)
    print(again.name, again.tags, again.state_name)
    client.delete_flow_run(run.id)
    print(client.count_flow_runs())
