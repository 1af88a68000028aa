import asyncio

from segue import flow, get_client
from segue.runtime import flow_run


@flow(flow_run_name="named")
async def main(x: int = 1):
    async with get_client() as client:
        run = await client.read_flow_run(flow_run.id)
        return run.name, run.state.name, run.parameters, run.id


async def run():
    name, state, parameters, run_id = await main(x=3)
    print(name, state, parameters)
    async with get_client() as client:
        print((await client.read_flow_run(run_id)).state.name)
        states = await client.read_flow_run_states(run_id)
        print([state.name for state in states])
        runs = await client.read_flow_runs()
        print([run.name for run in runs])


asyncio.run(run())
