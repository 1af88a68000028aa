"""The context follows async tasks and submitted tasks each into its own run."""

import asyncio

from segue import flow, task
from segue.runtime import flow_run, task_run


@task(task_run_name="t-{x}")
async def probe(x):
    before = task_run.name
    await asyncio.sleep(0)
    return before, task_run.name, flow_run.name


@task(task_run_name="s-{x}")
def probe_sync(x):
    return task_run.name, flow_run.name


@flow(flow_run_name="both")
async def pipeline():
    print(await asyncio.gather(probe(1), probe(2)))
    futures = probe_sync.map([3, 4])
    print(futures.result())
    print(task_run.name)


asyncio.run(pipeline())
