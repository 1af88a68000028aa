"""Task runs are read by the flow run they belong to, by name, state and tags."""

import time

from segue import flow, get_client, task
from segue.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
    TaskRunFilterName,
    TaskRunFilterState,
    TaskRunFilterStateName,
    TaskRunFilterStateType,
    TaskRunFilterTags,
)
from segue.client.schemas.sorting import TaskRunSort


@task(task_run_name="double-{x}", tags=["math"])
def double(x):
    return x * 2


@task(task_run_name="broken")
def broken(x):
    raise ValueError(x)


@flow
def pipeline():
    double(1)
    double.submit(2).wait()
    broken(3, return_state=True)
    return "done"


run_id = pipeline(return_state=True).state_details.flow_run_id
with get_client(sync_client=True) as client:
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))

    def names(sort=TaskRunSort.NAME_ASC, limit=None, offset=0, **chosen):
        task_filter = TaskRunFilter(**chosen) if chosen else None
        runs = client.read_task_runs(
            flow_run_filter=mine, task_run_filter=task_filter, sort=sort, limit=limit, offset=offset
        )
        return [run.name for run in runs]

    final = TaskRunFilterState(type=TaskRunFilterStateType(any_=["COMPLETED", "FAILED"]))
    for _ in range(100):
        if len(names(state=final)) == 3:
            break
        time.sleep(0.1)
    print(names(), names(sort=TaskRunSort.NAME_DESC, limit=1), names(limit=1, offset=1))
    print(names(name=TaskRunFilterName(like_="double")), names(name=TaskRunFilterName(any_=["broken"])))
    print(names(state=TaskRunFilterState(name=TaskRunFilterStateName(any_=["Failed"]))))
    print(names(tags=TaskRunFilterTags(all_=["math"])), names(tags=TaskRunFilterTags(is_null_=True)))
    direct = client.read_task_runs(task_run_filter=TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[run_id])))
    print(sorted(run.name for run in direct))
    run = next(run for run in direct if run.name == "double-1")
    print(run.state.name, run.state_type.value, run.tags, run.run_count, run.flow_run_id == run_id)
    print(run.task_key.startswith("double"), run.start_time <= run.end_time)
