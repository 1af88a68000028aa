"""Flows and tasks read and write variables, sync and async."""

import asyncio

from segue import flow, task
from segue.variables import Variable


@task
def read(name):
    return Variable.get(name)


@flow
def sync_flow():
    Variable.set("shared", {"count": 1})
    return read("shared"), read.submit("shared").result()


@flow
async def async_flow():
    made = await Variable.aset("shared", {"count": 2}, overwrite=True)
    value = await Variable.aget("shared")
    missing = await Variable.aget("missing", default="none")
    gone = await Variable.aunset("shared"), await Variable.aunset("shared")
    return made.value, value, missing, gone


print(sync_flow())
print(asyncio.run(async_flow()))
print(Variable.get("shared"))
