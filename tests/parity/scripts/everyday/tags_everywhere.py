import time

from segue import flow, get_client, tags, task
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterTags, TaskRunFilter, TaskRunFilterTags
from segue.client.schemas.sorting import TaskRunSort
from segue.runtime import flow_run, task_run


@task(tags=["own"], task_run_name="work-{n}")
def work(n):
    return sorted(task_run.tags)


@flow
def child():
    return sorted(flow_run.tags), work(9)


@flow
def main():
    with tags("a"):
        first = work(1)
        with tags("b", "a"):
            second = work.submit(2).result()
            third = child()
        mapped = work.map([3, 4]).result()
    return sorted(flow_run.tags), first, second, third, mapped, work(5), work.with_options(tags=["new"])(6)


with tags("outer"):
    for part in main():
        print(part)
print(main()[0])
with get_client(sync_client=True) as client:
    print(len(client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["outer", "b"])))))
    print(len(client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(is_null_=True)))))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        runs = client.read_task_runs(
            task_run_filter=TaskRunFilter(tags=TaskRunFilterTags(all_=["own", "outer"])), sort=TaskRunSort.NAME_ASC
        )
        if len(runs) == 6:
            break
        time.sleep(0.1)
    print([(run.name, sorted(run.tags)) for run in runs])
