"""The async client has the same methods, awaited."""

import asyncio

from segue import flow, get_client
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterName


@flow(flow_run_name="async-{x}")
async def pipeline(x):
    async with get_client() as client:
        return len(await client.read_flow_runs())


async def main():
    print(await pipeline(1), await pipeline(2))
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=["async-2"])))
        print([run.name for run in runs])
        states = await client.read_flow_run_states(runs[0].id)
        print(sorted(state.name for state in states))
        print([found.name for found in await client.read_flows()])
        print(await client.read_logs() is not None, (await client.read_flow_run(runs[0].id)).parameters)
        await client.delete_flow_run(runs[0].id)
        print([run.name for run in await client.read_flow_runs()])


asyncio.run(main())
