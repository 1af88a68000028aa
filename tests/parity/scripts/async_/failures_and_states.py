import asyncio

from segue import flow, task


@task
async def fails(x):
    raise ValueError(f"async {x}")


@task
async def after(x):
    return x


@flow
async def main():
    try:
        await fails(1)
    except ValueError as error:
        print("caught", error)
    state = await fails(2, return_state=True)
    print(state.name, state.message)
    failed = fails.submit(3)
    dependent = after.submit(failed)
    dependent.wait()
    print(dependent.state.name)
    return "parent"


@flow
async def broken():
    await fails(4)


async def run():
    print(await main())
    state = await broken(return_state=True)
    print(state.type.value, state.message)
    print(repr(await state.aresult(raise_on_failure=False)))
    try:
        await state.aresult()
    except ValueError as error:
        print("raised", error)


asyncio.run(run())
