"""Async tasks are cached the same way, also when gathered one after another."""

import asyncio
import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=INPUTS)
async def work(x, salt):
    calls.append(x)
    await asyncio.sleep(0)
    return x


@flow
async def pipeline():
    first = await asyncio.gather(*(work(x, salt, return_state=True) for x in (1, 2)))
    second = await asyncio.gather(*(work(x, salt, return_state=True) for x in (2, 1, 3)))
    return [state.name for state in first], [state.name for state in second]


print(asyncio.run(pipeline()))
print(sorted(calls))
