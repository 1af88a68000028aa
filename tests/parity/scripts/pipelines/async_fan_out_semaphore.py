import asyncio

from segue import flow, task

running = 0
peak = 0


@task(retries=1, retry_delay_seconds=0, task_run_name="fetch-{page}")
async def fetch(page: int, gate: asyncio.Semaphore | None = None, seen: dict | None = None) -> dict:
    global running, peak
    running += 1
    peak = max(peak, running)
    try:
        await asyncio.sleep(0.01)
        seen[page] = seen.get(page, 0) + 1
        if page == 3 and seen[page] == 1:
            raise ConnectionResetError("once")
        if page == 5:
            raise LookupError("no such page")
        return {"page": page, "items": list(range(page))}
    finally:
        running -= 1


@flow
async def crawl(pages: int, width: int):
    gate = asyncio.Semaphore(width)
    seen: dict[int, int] = {}

    async def one(page: int):
        async with gate:
            return await fetch(page, seen=seen, return_state=True)

    states = await asyncio.gather(*[one(page) for page in range(pages)])
    names = [state.name for state in states]
    good = [await state.result() for state in states if state.is_completed()]
    return names, sum(len(answer["items"]) for answer in good)


names, items = asyncio.run(crawl(7, 2))
print(names, items)
print(peak <= 2)
