import asyncio

from segue import flow, task
from segue.runtime import flow_run, task_run


def name_it():
    return f"{flow_run.flow_name}-{flow_run.parameters['n']}"


@flow(flow_run_name=name_it)
async def numbered(n):
    return flow_run.name


@task(task_run_name="step-{n}")
async def step(n):
    return task_run.name


@flow
async def parent():
    return await step(4), step.submit(5).result()


print(asyncio.run(numbered(3)))
print(asyncio.run(parent()))
