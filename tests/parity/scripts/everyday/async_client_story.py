import asyncio

from segue import flow, get_client, task
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from segue.context import get_run_context
from segue.exceptions import ObjectNotFound
from segue.states import Cancelled, Completed
from segue.variables import Variable


@task
async def add(x: int) -> int:
    return x + 1


@flow(flow_run_name="run-{x}")
async def main(x: int):
    await Variable.aset("seen", {"x": x}, overwrite=True)
    async with get_client() as client:
        me = await client.read_flow_run(get_run_context().flow_run.id)
        print(me.name, me.state_name, me.parameters)
    return await add(x)


async def program():
    print([await main(1), await main(2)])
    print((await Variable.aget("seen"))["x"] in (1, 2))
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=["run-1", "run-2"])))
        print(sorted(run.name for run in runs), await client.count_flow_runs())
        run = await client.create_flow_run(main, parameters={"x": 9}, tags=["made"], name="by-hand")
        print(run.name, run.state_name, run.tags, run.parameters)
        await client.set_flow_run_state(run.id, Cancelled(message="never mind"))
        again = await client.read_flow_run(run.id)
        print(again.state_name, again.state.message)
        states = await client.read_flow_run_states(run.id)
        print([state.name for state in states])
        flows = await client.read_flows()
        print([each.name for each in flows])
        await client.delete_flow_run(run.id)
        try:
            await client.read_flow_run(run.id)
        except ObjectNotFound:
            print("gone")
        print((await client.hello()).status_code)


asyncio.run(program())
