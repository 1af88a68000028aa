"""Filters inside one object are joined by and_, or by or_ when asked; kinds combine."""

from segue import flow, get_client, tags
from segue.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterName,
    FlowRunFilterTags,
    Operator,
)
from segue.client.schemas.sorting import FlowRunSort


@flow(name="red", flow_run_name="{n}")
def red(n):
    return n


@flow(name="blue", flow_run_name="{n}")
def blue(n):
    return n


with tags("x"):
    red("red-one")
    blue("blue-one")
red("red-two")
blue("blue-two")

with get_client(sync_client=True) as client:

    def names(flow_run_filter=None, flow_filter=None):
        runs = client.read_flow_runs(
            flow_filter=flow_filter, flow_run_filter=flow_run_filter, sort=FlowRunSort.NAME_ASC
        )
        return [run.name for run in runs]

    tagged, second = FlowRunFilterTags(all_=["x"]), FlowRunFilterName(like_="two")
    print(names(FlowRunFilter(tags=tagged, name=FlowRunFilterName(like_="one"))))
    print(names(FlowRunFilter(tags=tagged, name=second)))
    print(names(FlowRunFilter(operator=Operator.or_, tags=tagged, name=second)))
    print(names(FlowRunFilter(tags=tagged), FlowFilter(name=FlowFilterName(any_=["blue"]))))
    print(
        [
            found.name
            for found in client.read_flows(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=["red-two"])))
        ]
    )
    print(client.count_flow_runs(flow_run_filter=FlowRunFilter(tags=tagged)), client.count_flow_runs())
