import asyncio

from segue import flow, task
from segue.futures import as_completed, wait


@task
async def fetch(n: int) -> int:
    await asyncio.sleep(0.02 * n)
    if n == 2:
        raise OSError("two")
    return n * 10


@task
def total(values: list[int]) -> int:
    return sum(values)


@flow
async def main():
    futures = fetch.map([3, 1, 2])
    done = wait(futures)
    print(len(done.done), len(done.not_done))
    print([future.state.name for future in futures])
    good = [future for future in futures if future.state.is_completed()]
    print(total.submit(good).result(), total(good))
    later = [fetch.submit(n) for n in (1, 0)]
    print(sorted([future.result() for future in as_completed(later)]))
    mixed = await asyncio.gather(fetch(0), fetch(1), fetch(2), return_exceptions=True)
    print([value if isinstance(value, int) else type(value).__name__ for value in mixed])
    state = await fetch(1, return_state=True)
    print(state.name, await state.aresult())
    return fetch.submit(0)


print(asyncio.run(main()))
