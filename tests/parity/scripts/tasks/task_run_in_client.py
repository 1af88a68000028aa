import time

from segue import flow, get_client, task
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterId, TaskRunFilter
from segue.runtime import flow_run


@task(task_run_name="load-{x}", tags=["etl"])
def load(x):
    return x


@task
def broken():
    raise ValueError("broken")


@flow
def main():
    loaded = load.map([1, 2])
    broken.submit(wait_for=[loaded]).wait()
    return flow_run.id


run_id = main()
with get_client(sync_client=True) as client:
    for _ in range(100):
        runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
        if len(runs) == 3 and all(run.state.is_final() for run in runs):
            break
        time.sleep(0.2)
    for run in sorted(runs, key=lambda run: (run.state.name, run.name)):
        name = run.name if run.name.startswith("load") else run.name.rsplit("-", 1)[0]
        print(name, run.state.type.value, run.state_name, sorted(run.tags), run.run_count, str(run.flow_run_id) == run_id)
    broken_run = next(run for run in runs if run.state.is_failed())
    print(broken_run.state.message, broken_run.task_key.split("-")[0])
    print(sorted({type(one).__name__ for inputs in broken_run.task_inputs.values() for one in inputs}), sorted(broken_run.task_inputs))
