"""The async driver: obeys a life's asks on the running event loop, without blocking it."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from segue.engine.asks import (
    AwaitAll,
    CallUser,
    Do,
    Invoke,
    Outcome,
    Raised,
    Returned,
    Script,
    Sleep,
    TerminationSignal,
    TimedOut,
)
from segue.engine.interrupts import bounded
from segue.engine.isolation import call_isolated
from segue.engine.lives import FlowLife, current_flow
from segue.engine.promise import Promise

T = TypeVar("T")


async def adrive(script: Script[T]) -> T:
    """Run a life to its end and return what it returns."""
    try:
        ask = next(script)
        while True:
            if type(ask) is CallUser:
                ask = script.send(await acall_user(ask))
                continue
            try:
                answer = await obey(ask)
            except BaseException as error:
                ask = script.throw(_meaning(error))
                continue
            ask = script.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value


async def obey(ask: object) -> object:
    """Do what is asked and return the answer; user code is `acall_user`'s."""
    match ask:
        case Do(function, args):
            return await asyncio.to_thread(function, *args)
        case Sleep(seconds):
            await asyncio.sleep(max(seconds, 0.0))
            return None
        case AwaitAll(promises):
            for promise in promises:
                await settled(promise)
            return None
        case Invoke(function, args):
            try:
                value = function(*args)
                return Returned(await value if inspect.isawaitable(value) else value)
            except BaseException as error:
                return Raised(_meaning(error))
        case _:
            raise TypeError(f"not an ask: {ask!r}")


async def settled(promise: Promise) -> None:
    """Wait for a promise without blocking the loop."""
    if promise.ended is not None:
        return
    loop = asyncio.get_running_loop()
    event = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(event.set)

    promise.when_done(wake)
    await event.wait()


async def acall_user(ask: CallUser) -> Outcome:
    """Call the user's function and return its outcome as a value; a coroutine is awaited."""
    try:
        if ask.isolated:
            return await asyncio.to_thread(call_isolated, ask)
        if not inspect.iscoroutinefunction(ask.function):
            return await _call_plain(ask)
        if ask.seconds is None:
            return Returned(await ask.function(*ask.args, **ask.kwargs))
        return await _call_bounded(ask)
    except BaseException as error:
        return Raised(_meaning(error))


async def _call_plain(ask: CallUser) -> Outcome:
    """A sync function on the loop's thread; if it hands back an awaitable, that is awaited."""
    if ask.seconds is None:
        value = ask.function(*ask.args, **ask.kwargs)
    else:
        with bounded(ask.seconds, f"timed out after {ask.seconds} second(s)"):
            value = ask.function(*ask.args, **ask.kwargs)
    return Returned(await value if inspect.iscoroutine(value) else value)


async def _call_bounded(ask: CallUser) -> Outcome:
    scope = asyncio.timeout(ask.seconds)
    try:
        async with scope:
            return Returned(await ask.function(*ask.args, **ask.kwargs))  # type: ignore[misc]
    except TimeoutError as error:
        # The user's own TimeoutError is an ordinary failure.
        if scope.expired():
            return Raised(TimedOut(f"timed out after {ask.seconds} second(s)"))
        return Raised(error)


def _meaning(error: BaseException) -> BaseException:
    """A cancelled coroutine means a cancelled run when somebody asked for that; else it is the loop's own doing."""
    if isinstance(error, asyncio.CancelledError):
        life = current_flow.get()
        while life is not None:
            stopped_by = life.extra.get("stopped_by")
            if isinstance(stopped_by, BaseException):
                return stopped_by
            life = life.parent
    return error


@contextmanager
def stopping(life: FlowLife) -> Iterator[Callable[[BaseException], object]]:
    """Give what stops a run on this loop: its asyncio task is cancelled, and the reason is kept for the life to read.

    In the main thread a top-level run hears SIGTERM the same way: raising in a signal handler would tear the loop itself.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop(error: BaseException) -> None:
        life.extra["stopped_by"] = error
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)

    handles = life.parent is None and threading.current_thread() is threading.main_thread()
    handles = handles and signal.getsignal(signal.SIGTERM) in {signal.SIG_DFL, None}
    if handles:
        loop.add_signal_handler(signal.SIGTERM, stop, TerminationSignal(signal.SIGTERM))
    try:
        yield stop
    finally:
        if handles:
            loop.remove_signal_handler(signal.SIGTERM)
