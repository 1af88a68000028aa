import asyncio

from segue import flow, get_client, task
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from segue.states import Completed


@task
async def step(x):
    return x


@flow
async def main():
    await step(1)
    async with get_client() as client:
        from segue.runtime import flow_run

        me = await client.read_flow_run(flow_run.id)
        print(me.state.name, me.name == flow_run.name)
    return 5


async def story():
    state = await main(return_state=True)
    print(await state.aresult(), state.state_details.flow_run_id is not None)
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id])))
        print(len(runs), runs[0].state.name)
        made = await client.create_flow_run(main, parameters={})
        answer = await client.set_flow_run_state(made.id, Completed(), force=True)
        print(answer.status.name, [s.name for s in await client.read_flow_run_states(made.id)])
        print(sorted(r.state_name for r in await client.read_flow_runs()))


asyncio.run(story())
