"""Task runs that are made first, and begin later or elsewhere."""

import asyncio
import uuid

from segue import flow, get_client, task
from segue.states import State


@task(tags=["q"], retries=2, version="v1")
def double(x):
    return x * 2


@flow
async def within():
    run = await double.create_run(parameters={"x": 1})
    print(run.name, run.flow_run_id is not None, run.dynamic_key, run.state.name)
    future = double.submit(3)
    run = await double.create_run(parameters={"x": future})
    print([str(each.id) == str(future.task_run_id) for each in run.task_inputs["x"]])
    future.wait()


async def main():
    run = await double.create_run(parameters={"x": 1})
    print(run.state.name, run.flow_run_id, run.tags, run.run_count, run.task_version, run.empirical_policy.retries)
    print(run.task_inputs, isinstance(run.state, State), run.task_key.startswith("double"))
    chosen = await double.create_run(id=uuid.UUID(int=7), parameters={"x": 1})
    print(chosen.id)
    local = await double.create_local_run(parameters={"x": 1})
    print(local.state.name, local.tags)
    later = await double.create_run(parameters={"x": 1}, deferred=True)
    print(later.state.name, later.state.state_details.deferred)
    async with get_client() as client:
        print((await client.read_task_run(run.id)).state.name)
        print((await client.read_task_run(later.id)).state.name)
    await within()


asyncio.run(main())
