"""Async no-op tasks, gathered."""

import asyncio
import json
import sys
import time

from segue import flow, task


@task
async def noop(number):
    return number


@flow
async def gathered(count):
    assert await asyncio.gather(*[noop(number) for number in range(count)]) == list(range(count))


if __name__ == "__main__":
    count = int(sys.argv[1])
    began = time.perf_counter()
    asyncio.run(gathered(count))
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "task_runs": count, "flow_runs": 1}))
