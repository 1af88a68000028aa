import asyncio

from segue import flow, task
from segue.variables import Variable


@task
async def read(name):
    return await Variable.aget(name, default="none")


@task
def read_sync(name):
    return Variable.get(name)


@flow
async def main():
    await Variable.aset("one", [1, 2], tags=["t"])
    print(await read("one"), await read("two"), read_sync("one"))
    got = await Variable.aget("one")
    print(got)
    print(await Variable.aunset("one"), await Variable.aunset("one"))


asyncio.run(main())
