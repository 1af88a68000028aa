"""Flow runs are read by filters on name, state, tags and flow, sorted and limited."""

from segue import flow, get_client, tags
from segue.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterName,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from segue.client.schemas.objects import StateType
from segue.client.schemas.sorting import FlowRunSort


@flow(flow_run_name="good-{x}")
def good(x):
    return x


@flow(flow_run_name="bad-{x}")
def bad(x):
    raise ValueError(x)


with tags("first"):
    ids = [good(1, return_state=True).state_details.flow_run_id]
with tags("first", "second"):
    good(2)
bad(1, return_state=True)

with get_client(sync_client=True) as client:

    def names(flow_filter=None, sort=FlowRunSort.NAME_ASC, limit=None, offset=0, **chosen):
        run_filter = FlowRunFilter(**chosen) if chosen else None
        runs = client.read_flow_runs(
            flow_filter=flow_filter, flow_run_filter=run_filter, sort=sort, limit=limit, offset=offset
        )
        return [run.name for run in runs]

    print(names())
    print(names(sort=FlowRunSort.NAME_DESC, limit=2), names(limit=1, offset=1))
    print(names(name=FlowRunFilterName(any_=["good-1", "bad-1"])), names(name=FlowRunFilterName(like_="OOD")))
    print(names(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED]))))
    print(names(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Completed"]))))
    print(names(state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=["COMPLETED"]))))
    print(names(tags=FlowRunFilterTags(all_=["first", "second"])), names(tags=FlowRunFilterTags(all_=["first"])))
    print(names(tags=FlowRunFilterTags(is_null_=True)), names(tags=FlowRunFilterTags(any_=["second", "x"])))
    print(names(id=FlowRunFilterId(any_=ids)), names(id=FlowRunFilterId(not_any_=ids)))
    print(names(flow_filter=FlowFilter(name=FlowFilterName(any_=["good"]))))
    print(names(name=FlowRunFilterName(any_=[])))
    print(names(sort=FlowRunSort.START_TIME_ASC), names(sort=FlowRunSort.END_TIME_DESC)[0])
