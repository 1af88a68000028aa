"""The async twin takes async hooks and nests like the sync one."""

import asyncio

from segue import flow, task
from segue.transactions import atransaction


@task
async def write(name):
    print("write", name)
    return name


@write.on_rollback
async def undo(txn):
    print("undo")


@write.on_commit
def keep(txn):
    print("keep")


@flow
async def pipeline(fail):
    async with atransaction() as txn:
        txn.set("k", 1)
        await write("a")
        async with atransaction() as inner:
            print(inner.get("k"))
            await write("b")
        if fail:
            raise ValueError("fail")
    return txn.state.name


print(asyncio.run(pipeline(False)))
print(asyncio.run(pipeline(True, return_state=True)).name)
