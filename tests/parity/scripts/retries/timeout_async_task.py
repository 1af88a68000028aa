import asyncio

from segue import flow, task


@task(timeout_seconds=0.2)
async def slow():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("cancelled inside")
        raise


@task(timeout_seconds=5)
async def raises_timeout():
    raise TimeoutError("the user's own")


@flow
async def main():
    state = await slow(return_state=True)
    print(state.type.value, state.name, state.message)
    state = await raises_timeout(return_state=True)
    print(state.type.value, state.name, state.message)


asyncio.run(main())
