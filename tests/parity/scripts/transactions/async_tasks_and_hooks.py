import asyncio

from segue import flow, task
from segue.transactions import atransaction, transaction


@task
async def step(name):
    print("run", name)
    return name


@step.on_rollback
def undo(txn):
    print("undo")


@step.on_commit
def keep(txn):
    print("keep")


@flow
async def main(fail):
    async with atransaction() as txn:
        txn.set("k", "v")
        await step("a")
        await step("b")
        if fail:
            raise ValueError("stop")
    print("committed", txn.state.name)


asyncio.run(main(False))
print(asyncio.run(main(True, return_state=True)).name)
