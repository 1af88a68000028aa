import asyncio

from segue import allow_failure, flow, task, unmapped

order = []


@task
async def note(name, other=None):
    await asyncio.sleep(0.05 if name == "first" else 0)
    order.append(name)
    return name


@task
async def fails():
    raise ValueError("upstream")


@flow
async def main():
    first = note.submit("first")
    await note("second", wait_for=[first])
    print(order)
    print(note.map(["a", "b"], other=unmapped([1])).result())
    broken = fails.submit()
    print(repr(await note(allow_failure(broken))))
    state = await note(broken, return_state=True)
    print(state.name)
    skipped = note.submit("never", wait_for=[broken])
    skipped.wait()
    print(skipped.state.name, "never" in order)


asyncio.run(main())
