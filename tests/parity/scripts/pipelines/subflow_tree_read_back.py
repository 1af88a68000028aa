import time

from segue import flow, get_client, tags, task
from segue.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterName,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterTags,
    TaskRunFilter,
    TaskRunFilterName,
    TaskRunFilterSubFlowRuns,
)
from segue.client.schemas.sorting import FlowRunSort, TaskRunSort


@task(task_run_name="row-{n}", tags=["row"])
def row(n: int) -> int:
    return n


@flow(flow_run_name="table-{name}")
def table(name: str, rows: int) -> int:
    return sum(row(n) for n in range(rows))


@flow(flow_run_name="load-{day}")
def load(day: str) -> int:
    with tags("staging"):
        first = table("a", 2)
    with tags("prod", day):
        second = table("b", 3)
    return first + second


print(load("monday"), load("tuesday"))
with get_client(sync_client=True) as client:
    runs = client.read_flow_runs(sort=FlowRunSort.NAME_ASC)
    print([(run.name, sorted(run.tags), run.state_name) for run in runs])
    top = {run.name: run for run in runs if run.name.startswith("load")}
    children = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[top["load-monday"].id])),
        sort=FlowRunSort.NAME_ASC,
    )
    print([run.name for run in children], all(run.parent_task_run_id for run in children))
    tagged = client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["prod", "tuesday"])))
    print([run.name for run in tagged])
    liked = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["table"])),
        flow_run_filter=FlowRunFilter(name=FlowRunFilterName(like_="-a")),
    )
    print([run.name for run in liked])
    # What becomes of tasks may be told a little later than what becomes of flows.
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if sum(run.state_type == "COMPLETED" for run in client.read_task_runs()) == 14:
            break
        time.sleep(0.1)
    tasks = client.read_task_runs(
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["monday"])), sort=TaskRunSort.NAME_ASC
    )
    print([(run.name, sorted(run.tags)) for run in tasks])
    stand_ins = client.read_task_runs(
        task_run_filter=TaskRunFilter(subflow_runs=TaskRunFilterSubFlowRuns(exists_=True)), sort=TaskRunSort.NAME_ASC
    )
    print(len(stand_ins), [run.state_name for run in stand_ins])
    rows = client.read_task_runs(
        task_run_filter=TaskRunFilter(
            name=TaskRunFilterName(like_="row-"), subflow_runs=TaskRunFilterSubFlowRuns(exists_=False)
        )
    )
    print(len(rows), sorted({run.name for run in rows}))
