import asyncio

from segue.states import Cancelled, Cancelling, Completed, Crashed, Failed, Paused, Pending, Running, Scheduled

for state in (
    Completed(data=3), Completed(), Failed(data=ValueError("x")), Failed(message="only text"), Failed(data="text data"),
    Crashed(message="boom"), Cancelled(message="gone"), Cancelling(), Paused(), Pending(), Running(), Scheduled(),
):
    for stop in (True, False):
        try:
            print(state.type.value, stop, repr(state.result(raise_on_failure=stop)))
        except BaseException as error:
            print(state.type.value, stop, type(error).__name__, error)


async def main():
    print(await Completed(data=1).aresult())
    try:
        await Failed(data=KeyError("k")).aresult()
    except KeyError as error:
        print("KeyError", error)
    print(repr(await Failed(data=KeyError("k")).aresult(raise_on_failure=False)))


asyncio.run(main())
