import asyncio

from segue import flow, task


@task
async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


@flow
async def doubled(n: int):
    async for tick in ticks(n):
        yield tick * 2


@flow
async def collect():
    return [value async for value in doubled("3")]


async def main():
    async for value in doubled(2):
        print("value", value)
    print(await collect())
    print(doubled.isasync, doubled.isgenerator)


asyncio.run(main())
