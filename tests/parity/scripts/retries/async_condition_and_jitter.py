import asyncio

from segue import flow, task

seen = []


async def retry_it(task, task_run, state):
    seen.append(task_run.run_count)
    return True


@task(retries=2, retry_delay_seconds=0.01, retry_jitter_factor=0.5)
async def jittered():
    seen.append("body")
    if seen.count("body") < 3:
        raise ValueError
    return "done"


@flow
async def main():
    return await jittered()


print(asyncio.run(main()), seen)
for factor in (-0.1, 0, 2.5):
    try:
        print(task(retry_jitter_factor=factor)(retry_it).retry_jitter_factor)
    except Exception as error:
        print(type(error).__name__, error)
try:
    task(retry_condition_fn="no")(retry_it)
except Exception as error:
    print(type(error).__name__, error)
