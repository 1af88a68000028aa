import asyncio

from segue.states import (
    Cancelled, Completed, Crashed, Failed, Paused, Running, get_state_exception, is_state_iterable,
    raise_state_exception,
)

for state in (Completed(), Running(), Failed(message="no"), Crashed(message="bad"), Cancelled(message="c"), Paused(message="p")):
    try:
        raise_state_exception(state)
        print(state.name, "nothing raised")
    except BaseException as error:
        print(state.name, type(error).__name__, error)
print(is_state_iterable([Completed()]), is_state_iterable([]), is_state_iterable((Completed(), 1)), is_state_iterable({Completed()}))


async def main():
    for state in (Failed(message="no"), Crashed(), Cancelled(), Failed(data=ValueError("v"))):
        error = await get_state_exception(state)
        print(type(error).__name__, error)
    try:
        await get_state_exception(Completed())
    except ValueError as error:
        print(error)


asyncio.run(main())
