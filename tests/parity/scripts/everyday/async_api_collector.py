import asyncio

from segue import flow, task
from segue.futures import wait


@task(retries=1)
async def fetch(page):
    await asyncio.sleep(0.01)
    if page == 3:
        raise ConnectionError(f"page {page}")
    return {"page": page, "items": list(range(page))}


@task
def count(result):
    return len(result["items"])


@flow
async def collect(pages: int):
    results = await asyncio.gather(*(fetch(p) for p in range(pages)), return_exceptions=True)
    good = [r for r in results if not isinstance(r, Exception)]
    print([type(r).__name__ for r in results])
    counts = count.map(good)
    wait(counts)
    futures = [fetch.submit(p) for p in (1, 3)]
    print([f.result(raise_on_failure=False) if p == 1 else type(f.result(raise_on_failure=False)).__name__ for p, f in zip((1, 3), futures)])
    return sum(c.result() for c in counts)


print(asyncio.run(collect(5)))
