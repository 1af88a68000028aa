import asyncio

from segue import flow, task


@task
async def a(x):
    await asyncio.sleep(0)
    return x


@task
def s(x):
    return x * 10


@flow
async def main():
    print(await a(1), s(2))
    futures = [a.submit(i) for i in range(3)]
    print([f.result() for f in futures])
    print(a.map([4, 5]).result())
    print(await asyncio.gather(a(1), a(2), sub(3)))
    state = await a(5, return_state=True)
    print(await state.result(), state.name) if asyncio.iscoroutine(state.result()) else print(state.result(), state.name)
    print(s.submit(a.submit(6)).result())
    return await sub(9)


@flow
async def sub(x):
    return x + s(1)


@flow
def sync_main():
    print(a.submit(1).result(), a.map([1, 2]).result())
    coroutine = a(3)
    print(asyncio.iscoroutine(coroutine), asyncio.run(coroutine))
    return asyncio.run(sub(4))


print(asyncio.run(main()))
print(sync_main())
