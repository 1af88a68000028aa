import asyncio
import time

from segue import flow, task


@task
async def fetch(x):
    await asyncio.sleep(0.4)
    return x * 2


@task
async def fails():
    raise ValueError("async failure")


@flow
async def main(n: int):
    started = time.monotonic()
    print(await asyncio.gather(*[fetch(x) for x in range(n)]))
    print("concurrent", time.monotonic() - started < 1.5)
    print(await asyncio.gather(fetch(1), fails(), return_exceptions=True))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(x)) for x in (10, 20)]
    print([one.result() for one in tasks])
    return await asyncio.wait_for(fetch(7), timeout=5)


print(asyncio.run(main("3")))
