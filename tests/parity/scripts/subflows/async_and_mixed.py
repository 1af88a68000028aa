import asyncio

from segue import flow, task


@task
def sync_task(x):
    return x + 1


@task
async def async_task(x):
    return x * 2


@flow
def sync_child(x: int):
    return sync_task(x)


@flow
async def async_child(x: int):
    await asyncio.sleep(0)
    return await async_task(x)


@flow
async def main():
    print(sync_child("1"), await async_child("2"))
    print(await asyncio.gather(*[async_child(x) for x in range(3)]))
    print(sync_task(5), await async_task(5))
    state = await async_child(7, return_state=True)
    print(state.name, await state.result())
    state = sync_child(7, return_state=True)
    print(state.name, await state.result())
    try:
        await async_child("bad")
    except Exception as error:
        print(type(error).__name__)


asyncio.run(main())
