"""The async driver: obeys a life's asks on the running event loop, without blocking it."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

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
    TimedOut,
)
from segue.engine.drive_sync import invoke
from segue.engine.interrupts import again, bounded, is_heard
from segue.engine.isolation import call_isolated
from segue.engine.lives import FlowLife, current_flow
from segue.engine.promise import Promise
from segue.engine.reach import call_reached, here, is_below, strike_workers

T = TypeVar("T")


async def adrive(
    script: Script[T], life: FlowLife | None = None, call: Callable[[CallUser], Awaitable[Outcome]] | None = None
) -> T:
    """Run a life to its end and return what it returns; `life`: that of a flow run, which is not the current one at first.

    `call` runs user code elsewhere (a cluster). The loop is then shared by many runs, and hooks are called in threads.

    A cancellation that comes while the engine is at work waits until it is done: a state must not be half entered.
    """
    late: list[BaseException] = []
    try:
        ask = next(script)
        while True:
            if late and type(ask) in _REACHED:
                error = late.pop()
                ask = script.send(Raised(error)) if type(ask) is CallUser else script.throw(error)
                continue
            if type(ask) is CallUser:
                ask = script.send(await (call or acall_user)(ask))
                continue
            try:
                if call is not None and type(ask) is Invoke:
                    ask = Do(invoke, (ask.function, ask.args))
                answer = await (_done(ask, late, life) if type(ask) is Do else obey(ask))
            except BaseException as error:
                ask = script.throw(_meaning(error, life))
                continue
            ask = script.send(answer)
    except StopIteration as end:
        for missed in late:
            if isinstance(missed, asyncio.CancelledError) or is_heard(missed):
                # It stopped no run: the caller's own task is cancelled, and the caller must hear of it.
                raise asyncio.CancelledError from None
            again(missed)
        value: T = end.value
        return value


_REACHED = frozenset({CallUser, Sleep, AwaitAll})


async def _done(ask: Do, late: list[BaseException], life: FlowLife | None) -> object:
    """Let something of ours block in a thread of its own."""
    work = _in_thread(ask.function, *ask.args)
    while True:
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError as error:
            late.append(_meaning(error, life))


def _in_thread(function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
    """As `asyncio.to_thread`, but that nothing cancels it: the end of a loop cancels every task on it."""
    return asyncio.get_running_loop().run_in_executor(None, copy_context().run, function, *args)


async def obey(ask: object) -> object:
    """Do what is asked and return the answer; user code is `acall_user`'s."""
    match ask:
        case Do(function, args):
            return await _in_thread(function, *args)
        case Sleep(seconds):
            await asyncio.sleep(max(seconds, 0.0))
            return None
        case AwaitAll(promises, seconds):
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    for promise in promises:
                        await settled(promise)
            return None
        case Invoke(function, args):
            try:
                value = _reached(function, args, {})
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
    try:
        await event.wait()
    finally:
        if promise.ended is None:
            promise.forget(wake)
    if promise.problem is not None:
        raise promise.problem


async def acall_user(ask: CallUser) -> Outcome:
    """Call the user's function and return its outcome as a value; a coroutine is awaited."""
    try:
        if ask.isolated:
            return await _call_isolated(ask)
        if not inspect.iscoroutinefunction(ask.function):
            return await _call_plain(ask)
        if ask.seconds is None:
            return Returned(await ask.function(*ask.args, **ask.kwargs))
        return await _call_bounded(ask)
    except BaseException as error:
        return Raised(_meaning(error))


async def _call_isolated(ask: CallUser) -> Outcome:
    """Wait for a process; when the run is stopped, the process is ended first."""
    stopped = threading.Event()
    work = _in_thread(call_isolated, ask, stopped)
    cancelled: BaseException | None = None
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError as error:
            cancelled = error
            stopped.set()
    if cancelled is not None:
        raise cancelled
    return work.result()


async def _call_plain(ask: CallUser) -> Outcome:
    """A sync function on the loop's thread; if it hands back an awaitable, that is awaited."""
    if ask.seconds is None:
        value = _reached(ask.function, ask.args, ask.kwargs)
    else:
        with bounded(ask.seconds):
            value = _reached(ask.function, ask.args, ask.kwargs)
    return Returned(await value if inspect.iscoroutine(value) else value)


def _reached(function: Callable[..., object], args: Any, kwargs: Any) -> Any:
    """Call sync code that may be interrupted; raises what it raises."""
    match call_reached(function, args, kwargs):
        case Returned(value):
            return value
        case Raised(error):
            raise error


async def _call_bounded(ask: CallUser) -> Outcome:
    scope = asyncio.timeout(ask.seconds)
    try:
        async with scope:
            return Returned(await ask.function(*ask.args, **ask.kwargs))  # type: ignore[misc]
    except TimeoutError as error:
        # The user's own TimeoutError is not this run's.
        if scope.expired():
            return Raised(TimedOut(f"timed out after {ask.seconds} second(s)"))
        return Raised(error)


def _meaning(error: BaseException, life: FlowLife | None = None) -> BaseException:
    """A cancelled coroutine means a cancelled run when somebody asked for that; else it is the loop's own doing."""
    if isinstance(error, asyncio.CancelledError):
        life = life or current_flow.get()
        while life is not None:
            stopped_by = life.extra.get("stopped_by")
            if isinstance(stopped_by, BaseException):
                return stopped_by
            life = life.parent
    return error


def as_cancellation(error: KeyboardInterrupt, life: FlowLife | None) -> BaseException:
    """Return what a coroutine raises for a Ctrl-C: where its run was stopped by way of the loop, the loop's own word for it.

    A `KeyboardInterrupt` out of an asyncio task ends its loop at once, and with it whatever else was about to end in good order.
    """
    return asyncio.CancelledError() if _meaning(asyncio.CancelledError(), life) is error else error


class LoopInterrupter:
    """Stops one run on an event loop: its asyncio task is cancelled, and the reason is kept for the life to read.

    Where sync code of the run keeps the loop busy, the reason is raised there instead.
    """

    __slots__ = ("_cancels", "_life", "_loop", "_open", "_reach", "_task")

    def __init__(self, life: FlowLife) -> None:
        self._life = life
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._reach = here()
        self._reach.loops += 1
        self._open = True
        #: How often the task was cancelled from here.
        self._cancels = 0

    def __call__(self, error: BaseException, *, raised: bool = False) -> bool:
        """Stop it, for this reason; False when its body has ended already.

        `raised`: in sync code that keeps the loop busy it is being raised by who calls this.
        """
        if not self._open:
            return False
        self._life.extra["stopped_by"] = error
        struck = self._reach.inside and is_below(self._reach.owner, self._life)
        if struck and not raised:
            self._reach.strike(error)
        cancelled = self._task.cancelling() if self._task is not None else 0
        self._loop.call_soon_threadsafe(self._cancel, error, struck, cancelled)
        strike_workers(self._life, error)
        return True

    def _cancel(self, error: BaseException, struck: bool, cancelled: int) -> None:  # noqa: FBT001 - called by the loop
        if struck and not self._reach.awaits(error):
            # Raised in sync code meanwhile.
            return
        self._reach.forget(error)
        if not self._open:
            again(error)
        elif self._task is not None and self._task.cancelling() <= cancelled:
            # A Ctrl-C cancels the program's main coroutine as well, and with it what that waits for. Once is enough.
            self._cancels += 1
            self._task.cancel()

    def over(self) -> None:
        """The body has ended: what did not reach it is not for what comes after it."""
        if self._open:
            self._open = False
            self._reach.loops -= 1
        while self._cancels and self._task is not None:
            # The task counts who cancelled it. That was the run's affair; a Ctrl-C that comes later must be the first.
            self._cancels -= 1
            self._task.uncancel()


async def adrive_alone(script: Script[T], flow: FlowLife | None) -> T:
    """Run a life on a loop of its own in the thread of a pool, which is interrupted by way of that loop."""
    reach = here()
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def wake(error: BaseException) -> None:
        if flow is not None:
            flow.extra["stopped_by"] = error
        with suppress(RuntimeError):
            # Closed meanwhile: the task has ended.
            loop.call_soon_threadsafe(cancel)

    def cancel() -> None:
        if task is not None:
            task.cancel()

    reach.wake = wake
    try:
        return await adrive(script)
    finally:
        reach.wake = None
