import asyncio

from segue import task
from segue.runtime import flow_run, task_run

seen = []


@task(task_run_name="solo-{x}", retries=1)
def solo(x):
    seen.append(task_run.id)
    if len(seen) == 1:
        raise ValueError("first")
    return flow_run.id, flow_run.name, task_run.name, task_run.task_name, x


@task
async def solo_async(x):
    return x + 1


@task
def fails():
    raise KeyError("missing")


print(solo(1), len(set(seen)))
print(asyncio.run(solo_async(1)))
state = fails(return_state=True)
print(state.type.value, state.name, state.message)
try:
    fails()
except KeyError as error:
    print("raised", error)
