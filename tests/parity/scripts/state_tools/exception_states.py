"""Exceptions become failed or crashed states with messages."""

import asyncio

from segue.states import exception_to_crashed_state, exception_to_failed_state


async def main():
    for error in (ValueError("bad"), KeyError("k")):
        state = await exception_to_failed_state(error)
        print(state.type.value, state.name, state.message, state.data is error)
    state = await exception_to_failed_state(ValueError("bad"), message="While loading:")
    print(state.message)
    for error in (KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError(), RuntimeError("odd")):
        state = await exception_to_crashed_state(error)
        print(type(error).__name__, state.type.value, state.name, state.message)
    try:
        raise TypeError("active")
    except TypeError:
        print((await exception_to_failed_state()).message)
    try:
        await exception_to_failed_state()
    except ValueError as error:
        print(type(error).__name__)


asyncio.run(main())
