import asyncio
import time

from segue import flow, task


@task(timeout_seconds=0.2)
def slow():
    for _ in range(300):
        time.sleep(0.01)


@task(timeout_seconds=0.2)
async def aslow():
    await asyncio.sleep(3)


@flow(timeout_seconds=0.2)
def slow_flow():
    for _ in range(300):
        time.sleep(0.01)


@flow(timeout_seconds=0.2)
async def aslow_flow():
    await asyncio.sleep(3)


@flow
def main():
    for state in (slow(return_state=True), slow.submit(return_state=True), aslow.submit(return_state=True), slow_flow(return_state=True)):
        print(state.type.value, state.name, state.message)
        try:
            state.result()
        except TimeoutError as error:
            print("  ", type(error).__name__, isinstance(error, TimeoutError))


main()
state = asyncio.run(aslow_flow(return_state=True))
print(state.type.value, state.name, state.message)
try:
    slow_flow()
except TimeoutError as error:
    print("TimeoutError", isinstance(error, Exception))
for value in (0, None, 1, 2.5, -1):
    try:
        print(value, flow(timeout_seconds=value)(lambda: 1).timeout_seconds, task(timeout_seconds=value)(lambda: 1).timeout_seconds)
    except Exception as error:
        print(value, type(error).__name__)
