"""The sync driver: obeys a life's asks in the calling thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from segue.engine.asks import AwaitAll, CallUser, Do, Invoke, Outcome, Raised, Returned, Script, Sleep
from segue.engine.interrupts import bounded
from segue.engine.promise import SLICE_SECONDS, wait_all
from segue.engine.reach import call_reached, here
from segue.host import clock

T = TypeVar("T")
_ITERABLE_COROUTINE = 0x100


def drive(script: Script[T], call: Callable[[CallUser], Outcome] | None = None) -> T:
    """Run a life to its end and return what it returns; `call` runs user code elsewhere (a worker process)."""
    call = call or call_user
    reach = here()
    inside = reach.inside
    if inside:
        reach.leave()
    try:
        ask = next(script)
        while True:
            kind = type(ask)
            if kind is CallUser:
                ask = script.send(call(ask))  # type: ignore[arg-type]
                continue
            try:
                answer = obey(ask)
            except BaseException as error:
                # A fault of ours or a stop from outside: the life decides what it means.
                ask = script.throw(error)
                continue
            ask = script.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        if inside:
            # Back in the user code that called: what came meanwhile is raised there.
            reach.enter()


def obey(ask: object) -> object:
    """Do what is asked and return the answer; user code is `call_user`'s."""
    match ask:
        case Do(function, args):
            return function(*args)
        case Sleep(seconds):
            return reached(sleep, seconds)
        case AwaitAll(promises, seconds):
            return reached(wait_all, promises, seconds)
        case Invoke(function, args):
            return invoke(function, args)
        case _:
            raise TypeError(f"not an ask: {ask!r}")


def reached(function: Callable[..., object], *args: object) -> object:
    """Call something that may be interrupted; returns its value, or raises."""
    match call_reached(function, args, {}):
        case Returned(value):
            return value
        case Raised(error):
            raise error


def sleep(seconds: float) -> None:
    """Wait, in slices where only a byte code can be interrupted."""
    until = clock.monotonic() + seconds
    while (left := until - clock.monotonic()) > 0:
        time.sleep(min(left, SLICE_SECONDS))


def call_user(ask: CallUser) -> Outcome:
    """Call the user's function and return its outcome as a value."""
    if ask.isolated:
        from segue.engine.isolation import call_isolated  # noqa: PLC0415 - a door: `subprocess` and `pickle`

        try:
            return call_isolated(ask)
        except BaseException as error:
            return Raised(error)
    if ask.seconds is None:
        return call_reached(_settled, (ask.function, ask.args, ask.kwargs), {})
    try:
        with bounded(ask.seconds):
            return Returned(reached(_settled, ask.function, ask.args, ask.kwargs))
    except BaseException as error:
        return Raised(error)


def invoke(function: Any, args: Any) -> Outcome:
    """Call a hook or a condition, sync or async."""
    return call_reached(_settled, (function, args, {}), {})


def _settled(function: Callable[..., object], args: Any, kwargs: Any) -> object:
    return settle(function(*args, **kwargs))


def settle(value: object) -> object:
    """Run a coroutine to its end where the caller is sync; any other value is returned as it is."""
    if type(value).__name__ != "coroutine":
        return value
    return run_coroutine(value)


def run_coroutine(coroutine: Any) -> object:
    """Run a coroutine from sync code, also when this thread's event loop is busy (then in a thread of its own)."""
    import asyncio  # noqa: PLC0415 - a door: sync code without coroutines never pays for asyncio
    import contextvars  # noqa: PLC0415

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    outcome: list[Outcome] = []
    context = contextvars.copy_context()

    def work() -> None:
        try:
            outcome.append(Returned(context.run(asyncio.run, coroutine)))
        except BaseException as error:
            outcome.append(Raised(error))

    thread = threading.Thread(target=work, name="segue-coroutine")
    thread.start()
    thread.join()
    match outcome[0]:
        case Returned(value):
            return value
        case Raised(error):
            raise error
