import asyncio

from segue import flow, task
from segue.futures import SegueFuture, as_completed, wait


@task
async def double(x):
    await asyncio.sleep(0)
    return x * 2


@task
def triple(x):
    return x * 3


@flow
async def async_flow():
    future = double.submit(2)
    print(isinstance(future, SegueFuture), future.result())
    print(triple.submit(2).result())
    print(double.map([1, 2]).result(), triple.map([1, 2]).result())
    print(await double(double.submit(5)))
    futures = [double.submit(x) for x in range(3)]
    print(sorted(one.result() for one in as_completed(futures)), len(wait(futures).done))
    state = double.submit(1, return_state=True)
    print(state.name, await state.result())


@flow
def sync_flow():
    print(double.submit(4).result(), double.map([5, 6]).result())
    print(triple(double.submit(7)))
    future = double.submit(8)
    future.wait()
    print(future.state.name)


asyncio.run(async_flow())
sync_flow()
