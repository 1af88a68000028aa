"""Ways between sync and async code: coroutines run from sync code, sync functions in threads, groups whose results are kept."""

import asyncio

from segue import flow
from segue.utilities.asyncutils import (
    GatherIncomplete,
    LazySemaphore,
    asyncnullcontext,
    create_gather_task_group,
    create_task,
    gather,
    in_async_main_thread,
    in_async_worker_thread,
    is_async_fn,
    is_async_gen_fn,
    run_async_from_worker_thread,
    run_async_in_new_loop,
    run_coro_as_sync,
    run_sync_in_worker_thread,
    sync_compatible,
)


async def plus_one(x):
    return x + 1


async def items():
    yield 1


async def fails():
    raise KeyError("a")


@sync_compatible
async def either(x):
    return x + 100


@flow
def from_flow():
    return either(3), run_coro_as_sync(plus_one(10))


def blocking():
    return run_coro_as_sync(plus_one(2))


async def main():
    print(await run_sync_in_worker_thread(pow, 2, 3), in_async_main_thread(), in_async_worker_thread())
    print(await run_sync_in_worker_thread(in_async_worker_thread))
    print(await run_sync_in_worker_thread(lambda: run_async_from_worker_thread(plus_one, 9)))
    print(await gather(lambda: plus_one(1), lambda: plus_one(2)))
    async with create_gather_task_group() as group:
        key = group.start_soon(plus_one, 5)
        try:
            group.get_result(key)
        except GatherIncomplete:
            print("incomplete")
    print(group.get_result(key))
    async with asyncnullcontext() as nothing, asyncnullcontext(5) as five, LazySemaphore(lambda: 2):
        print(nothing, five)
    print(await create_task(plus_one(7)), await asyncio.to_thread(blocking), blocking(), await either(2))


print(is_async_fn(plus_one), is_async_fn(items), is_async_gen_fn(items), is_async_fn(blocking))
print(run_coro_as_sync(plus_one(1)), run_async_in_new_loop(plus_one, 3), either(1), from_flow(), blocking())
try:
    run_coro_as_sync(fails())
except KeyError as error:
    print("KeyError", error)
print(in_async_main_thread(), in_async_worker_thread())
asyncio.run(main())
