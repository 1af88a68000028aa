import asyncio

from segue import flow, task


@task
async def number():
    return 4


@flow
async def child():
    return await number()


@flow
def parent():
    result = child()
    print(asyncio.iscoroutine(result))
    return asyncio.run(result)


print(parent())


@flow
async def outer():
    return parent_without_loop()


@flow
def parent_without_loop():
    return number.submit().result()


print(asyncio.run(outer()))
