import time

from segue import flow, get_client, task
from segue.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateName,
    TaskRunFilterStateType,
    TaskRunFilterTags,
)
from segue.client.schemas.objects import StateType
from segue.client.schemas.sorting import TaskRunSort
from segue.context import get_run_context


@task(task_run_name="first-{x}", tags=["source"])
def first(x: int) -> int:
    return x


@task(task_run_name="second-{x}")
def second(x: int, y: int) -> int:
    if x > 1:
        raise ValueError("too big")
    return x + y


@task(task_run_name="third")
def third(x: int) -> int:
    return x


@flow
def graph():
    a, b = first.submit(1), first.submit(2)
    good, bad = second.submit(a, y=b), second.submit(b, y=a)
    never = third.submit(bad, wait_for=[good])
    never.wait()
    return get_run_context().flow_run.id, {
        str(future.task_run_id): name for future, name in zip((a, b, good, bad, never), "abgzn")
    }


run_id, names = graph()
with get_client(sync_client=True) as client:
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        runs = client.read_task_runs(flow_run_filter=mine, sort=TaskRunSort.NAME_ASC)
        if len(runs) == 5 and all(run.state_name not in ("Pending", "Running") for run in runs):
            break
        time.sleep(0.1)
    for run in sorted(runs, key=lambda run: names[str(run.id)]):
        inputs = {
            name: sorted(names[str(each.id)] for each in values) for name, values in sorted(run.task_inputs.items())
        }
        print(names[str(run.id)], run.state_type.value, run.state_name, run.run_count, sorted(run.tags), inputs)
    failed = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=[StateType.FAILED])))
    print([names[str(run.id)] for run in client.read_task_runs(flow_run_filter=mine, task_run_filter=failed)])
    blocked = TaskRunFilter(state=TaskRunFilterState(name=TaskRunFilterStateName(any_=["NotReady"])))
    print([names[str(run.id)] for run in client.read_task_runs(flow_run_filter=mine, task_run_filter=blocked)])
    tagged = TaskRunFilter(tags=TaskRunFilterTags(all_=["source"]))
    print(sorted(names[str(run.id)] for run in client.read_task_runs(flow_run_filter=mine, task_run_filter=tagged)))
    one = next(run for run in runs if names[str(run.id)] == "z")
    print([state.name for state in client.read_task_run_states(one.id)])
    print(one.state.message)
