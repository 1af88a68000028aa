import asyncio

from segue import flow, task


@task
async def part(name: str, n: int) -> int:
    await asyncio.sleep(0.01)
    if name == "bad":
        raise KeyError(name)
    return n


@flow(flow_run_name="region-{name}")
async def region(name: str, sizes: list[int]) -> int:
    return sum(await asyncio.gather(*[part(name, size) for size in sizes]))


@flow
async def world():
    good = await asyncio.gather(region("north", [1, 2]), region("south", ["3"]))
    mixed = await asyncio.gather(region("east", []), region("bad", [1]), region("west", ["x"]), return_exceptions=True)
    states = await asyncio.gather(region("bad", [1], return_state=True), region("south", [5], return_state=True))
    return (
        good,
        [value if isinstance(value, int) else type(value).__name__ for value in mixed],
        [(state.type.value, state.message) for state in states],
    )


print(asyncio.run(world()))


@flow
async def in_group():
    async with asyncio.TaskGroup() as group:
        made = [group.create_task(region(name, [1])) for name in ("a", "b")]
    return [each.result() for each in made]


print(asyncio.run(in_group()))


@flow
def from_sync():
    return asyncio.run(region("sync", [4, 4]))


print(from_sync())
