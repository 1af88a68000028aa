"""The harness serves async flows too, and nests inside a running test."""

import asyncio

from segue import flow, get_client
from segue.testing.utilities import segue_test_harness
from segue.variables import Variable


@flow
async def pipeline():
    await Variable.aset("inside", 1)
    async with get_client() as client:
        return len(await client.read_flow_runs())


with segue_test_harness():
    print(asyncio.run(pipeline()))
    print(Variable.get("inside"))
print(Variable.get("inside"))
