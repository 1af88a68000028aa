"""Drivers for functions that yield: the user's items pass through, while the life is obeyed as ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import Any, TypeVar

from segue.engine.asks import CallUser, Outcome, Raised, Returned, Script
from segue.engine.drive_async import obey as aobey
from segue.engine.drive_sync import obey

T = TypeVar("T")


def drive_generator(script: Script[T], function: Callable[..., Any]) -> Generator[Any, Any, T]:
    """Run a life whose user function is a generator; yields its items, returns what the life returns."""
    try:
        ask = next(script)
        while True:
            if isinstance(ask, CallUser):
                outcome = yield from _iterate(function, ask)
                ask = script.send(outcome)
                continue
            try:
                answer = obey(ask)
            except BaseException as error:
                ask = script.throw(error)
                continue
            ask = script.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value


def _iterate(function: Callable[..., Any], ask: CallUser) -> Generator[Any, Any, Outcome]:
    try:
        value = yield from function(*ask.args, **ask.kwargs)
    except GeneratorExit:
        # The consumer wants no more: the run has done all that was asked of it.
        return Returned(None)
    except BaseException as error:
        return Raised(error)
    return Returned(value)


async def adrive_generator(script: Script[T], function: Callable[..., Any], ended: list[T]) -> AsyncIterator[Any]:
    """Run a life whose user function is an async generator; what the life returns goes into `ended`."""
    try:
        ask = next(script)
        while True:
            if isinstance(ask, CallUser):
                outcome: Outcome = Returned(None)
                try:
                    async for item in function(*ask.args, **ask.kwargs):
                        yield item
                except GeneratorExit:
                    raise
                except BaseException as error:
                    outcome = Raised(error)
                ask = script.send(outcome)
                continue
            try:
                answer = await aobey(ask)
            except BaseException as error:
                ask = script.throw(error)
                continue
            ask = script.send(answer)
    except StopIteration as end:
        ended.append(end.value)
