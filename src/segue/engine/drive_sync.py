"""The sync driver: obeys a life's asks in the calling thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from segue.engine.asks import AwaitAll, CallUser, Do, Invoke, Outcome, Raised, Returned, Script, Sleep
from segue.engine.interrupts import bounded

T = TypeVar("T")
_ITERABLE_COROUTINE = 0x100


def drive(script: Script[T], call: Callable[[CallUser], Outcome] | None = None) -> T:
    """Run a life to its end and return what it returns; `call` runs user code elsewhere (a worker process)."""
    call = call or call_user
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


def obey(ask: object) -> object:
    """Do what is asked and return the answer; user code is `call_user`'s."""
    match ask:
        case Do(function, args):
            return function(*args)
        case Sleep(seconds):
            time.sleep(max(seconds, 0.0))
            return None
        case AwaitAll(promises):
            for promise in promises:
                promise.wait()
            return None
        case Invoke(function, args):
            return invoke(function, args)
        case _:
            raise TypeError(f"not an ask: {ask!r}")


def call_user(ask: CallUser) -> Outcome:
    """Call the user's function and return its outcome as a value."""
    try:
        if ask.isolated:
            from segue.engine.isolation import call_isolated  # noqa: PLC0415 - a door: `subprocess` and `pickle`

            return call_isolated(ask)
        if ask.seconds is None:
            return Returned(settle(ask.function(*ask.args, **ask.kwargs)))
        with bounded(ask.seconds, f"timed out after {ask.seconds} second(s)"):
            return Returned(settle(ask.function(*ask.args, **ask.kwargs)))
    except BaseException as error:
        return Raised(error)


def invoke(function: Any, args: Any) -> Outcome:
    """Call a hook or a condition, sync or async."""
    try:
        return Returned(settle(function(*args)))
    except BaseException as error:
        return Raised(error)


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
