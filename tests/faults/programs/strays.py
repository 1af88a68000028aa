"""Programs that lose what they hold: `strays.py NAME [ID]`."""

import asyncio
import sys
import time

from segue import flow, task
from segue.flows import rerun

FOREVER = 600


@task
def nap() -> None:
    print("begun", flush=True)
    time.sleep(FOREVER)


@task
def nothing() -> None:
    pass


@flow
def writing() -> None:
    """Records all the time."""
    print("begun", flush=True)
    for _ in range(FOREVER * 100):
        nothing()
        time.sleep(0.01)
    print("went on")


@flow
def sleeping_on() -> None:
    """Records nothing, and sleeps once it has been told."""
    print("begun", flush=True)
    nothing()
    time.sleep(FOREVER)
    print("went on")


@flow
async def async_writing() -> None:
    print("begun", flush=True)
    while True:
        nothing()
        await asyncio.sleep(0.01)


@flow
def on_demand() -> str:
    print("begun", flush=True)
    sys.stdin.readline()
    nothing()
    print("its work is done", flush=True)
    return "done"


@flow
def once_more(*, last: bool = True) -> int:
    print("begun", flush=True)
    if not last:
        time.sleep(FOREVER)
    return 7


if __name__ == "__main__":
    chosen = sys.argv[1]
    if chosen == "task":
        nap()
    elif chosen == "once_more":
        print("returned", rerun(once_more, sys.argv[2], {}).result() if len(sys.argv) > 2 else once_more(last=False))
    else:
        value = globals()[chosen]()
        print("returned", asyncio.run(value) if asyncio.iscoroutine(value) else value)
