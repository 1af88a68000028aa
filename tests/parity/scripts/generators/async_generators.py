"""Async generators work as tasks and as flows."""

import asyncio

from segue import flow, task


@task
async def numbers(n):
    for number in range(n):
        await asyncio.sleep(0)
        yield number


@flow
async def stream(n):
    async for number in numbers(n):
        yield number * 10


async def main():
    print([value async for value in stream(3)])
    print([value async for value in numbers(2)])


asyncio.run(main())
