import asyncio

from segue import flow, get_client, task
from segue.runtime import flow_run

ids = []


@task
async def sleeps():
    try:
        await asyncio.sleep(30)
    finally:
        print("task cleaned up")


@flow
async def main():
    ids.append(flow_run.id)
    await sleeps()


async def run():
    running = asyncio.create_task(main())
    while not ids:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        print("caller sees CancelledError")
    async with get_client() as client:
        state = (await client.read_flow_run(ids[0])).state
        print(state.type.value, state.name, state.message)


asyncio.run(run())
