import asyncio

from segue import flow, task
from segue.runtime import task_run

attempts = []


@task(retries=3, retry_delay_seconds=[0, 0.1, 0.1])
async def flaky(limit):
    attempts.append(task_run.run_count)
    await asyncio.sleep(0)
    if len(attempts) < limit:
        raise ConnectionError("down")
    return "up"


async def only_connection(task, task_run, state):
    return True


@task(retries=1, retry_condition_fn=only_connection)
async def conditioned():
    attempts.append("conditioned")
    raise ValueError("no")


@flow(retries=1)
async def main():
    print(await flaky(3), attempts)
    attempts.clear()
    state = await conditioned(return_state=True)
    print(state.name, attempts)
    return "done"


print(asyncio.run(main()))
