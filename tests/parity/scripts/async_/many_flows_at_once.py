import asyncio

from segue import flow, task
from segue.runtime import flow_run, task_run


@task(task_run_name="task-of-{n}")
async def step(n):
    await asyncio.sleep(0.05)
    return flow_run.name, task_run.name


@flow(flow_run_name="run-{n}")
async def one(n: int):
    before = flow_run.name
    inside = await step(n)
    return before == flow_run.name, *inside


async def main():
    for line in await asyncio.gather(*[one(n) for n in range(4)]):
        print(line)


asyncio.run(main())
