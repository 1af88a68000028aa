import asyncio

from segue import flow, task


@task(timeout_seconds=0.3)
async def slow():
    await asyncio.sleep(5)


@task
async def fast(x):
    await asyncio.sleep(0.01 * (3 - x))
    return x


@flow(timeout_seconds=3)
async def main():
    states = await asyncio.gather(slow(return_state=True), fast(1, return_state=True))
    print([state.name for state in states])
    order = []
    for finished in asyncio.as_completed([fast(0), fast(1), fast(2)]):
        order.append(await finished)
    print(sorted(order))
    semaphore = asyncio.Semaphore(1)

    async def limited(x):
        async with semaphore:
            return await fast(x)

    print(await asyncio.gather(*[limited(x) for x in range(3)]))


asyncio.run(main())
