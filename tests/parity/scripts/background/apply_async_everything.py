import time

from segue import flow, get_client, task
from segue.states import Completed


@task
def add(a, b=2):
    return a + b


future = add.apply_async(args=(1,), kwargs={"b": 3})
other = add.apply_async((1,), wait_for=[])
third = add.apply_async(kwargs={"a": 1}, dependencies={"a": set()})
with get_client(sync_client=True) as client:
    for each in (future, other, third):
        run = client.read_task_run(each.task_run_id)
        print(run.state.type.value, run.state.name, run.state.state_details.deferred, sorted(run.task_inputs), run.flow_run_id)
