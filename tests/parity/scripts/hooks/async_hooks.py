import asyncio

from segue import flow, task

calls = []


async def async_hook(thing, run, state):
    await asyncio.sleep(0)
    calls.append(("async", thing.name, state.name))


def sync_hook(thing, run, state):
    calls.append(("sync", thing.name, state.name))


@task(on_completion=[async_hook, sync_hook])
async def async_step():
    return 1


@task(on_completion=[async_hook, sync_hook])
def sync_step():
    return 1


@flow(on_completion=[async_hook, sync_hook])
async def async_main():
    await async_step()
    sync_step()


@flow(on_completion=[sync_hook, async_hook])
def sync_main():
    sync_step()


asyncio.run(async_main())
print(calls)
calls.clear()
sync_main()
print(calls)
