"""The a-forms are coroutines whoever calls them."""

import asyncio

from segue import apause_flow_run, aresume_flow_run, flow, get_client
from segue.input import RunInput
from segue.runtime import flow_run


class Reply(RunInput):
    text: str = "default"


async def resume(run_id):
    async with get_client() as client:
        while not (await client.read_flow_run(run_id)).state.is_paused():
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    await aresume_flow_run(run_id)


@flow
async def pipeline():
    helper = asyncio.create_task(resume(flow_run.id))
    reply = await apause_flow_run(wait_for_input=Reply, timeout=60, poll_interval=1)
    await helper
    return reply.text


print(asyncio.run(pipeline()))
