import asyncio
import threading

from segue import flow, task


@task
def blocking(x):
    return x + 1


@task
async def async_task(x):
    return x * 2


@flow
async def main():
    print(blocking(1))
    print(await asyncio.to_thread(blocking, 2))
    coroutine = async_task(3)
    print(asyncio.iscoroutine(coroutine))
    print(await coroutine)
    state = await async_task(4, return_state=True)
    print(await state.result())
    print(await async_task.fn(5))
    print(threading.current_thread() is threading.main_thread())


@flow
def sync_flow_of_async_task():
    coroutine = async_task(3)
    print(asyncio.iscoroutine(coroutine))
    return asyncio.run(coroutine)


asyncio.run(main())
print(sync_flow_of_async_task())
