"""A flow may pause several times, also when it is a coroutine."""

import asyncio

from segue import flow, get_client, pause_flow_run, task
from segue.flow_runs import resume_flow_run
from segue.runtime import flow_run


async def resume_each(run_id, times):
    seen = set()
    async with get_client() as client:
        while len(seen) < times:
            state = (await client.read_flow_run(run_id)).state
            if state.is_paused() and state.state_details.pause_key not in seen:
                seen.add(state.state_details.pause_key)
                await resume_flow_run(run_id)
            await asyncio.sleep(0.05)
    return sorted(seen)


@task
async def work(x):
    return x


@flow
async def pipeline():
    helper = asyncio.create_task(resume_each(flow_run.id, 3))
    print(await work(1))
    await pause_flow_run(timeout=60, poll_interval=1)
    print(await work(2))
    await pause_flow_run(timeout=60, poll_interval=1)
    await pause_flow_run(timeout=60, poll_interval=1, key="own-key")
    print(await helper)
    return "done"


print(asyncio.run(pipeline()))
