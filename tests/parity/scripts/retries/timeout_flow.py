import asyncio
import time

from segue import flow


@flow(timeout_seconds=0.4)
def slow():
    time.sleep(5)
    print("never printed")


@flow(timeout_seconds=0.4)
async def slow_async():
    await asyncio.sleep(5)
    print("never printed")


@flow(timeout_seconds=10)
def quick():
    return "quick"


state = slow(return_state=True)
print(state.type.value, state.name, state.message)
state = asyncio.run(slow_async(return_state=True))
print(state.type.value, state.name, state.message)
print(quick())
try:
    slow()
except TimeoutError as error:
    print(type(error).__name__, error)
slow()
