"""Drivers for functions that yield: the user's items pass through, while the life is obeyed as ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import Any, TypeVar

from segue.engine.asks import CallUser, Outcome, Raised, Returned, Script
from segue.engine.drive_async import obey as aobey
from segue.engine.drive_sync import obey
from segue.engine.reach import call_reached, here

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
    """As `yield from`, but that each step is user code of this run, and what the consumer does meanwhile is not."""
    reach = here()
    generator = function(*ask.args, **ask.kwargs)
    step, value = generator.send, None
    while True:
        inside = reach.inside
        outcome = call_reached(step, (value,), {})
        if inside:
            reach.enter()
        match outcome:
            case Raised(StopIteration() as end):
                return Returned(end.value)
            case Raised():
                return outcome
            case Returned(item):
                try:
                    step, value = generator.send, (yield item)
                except GeneratorExit:
                    # The consumer wants no more: the run has done all that was asked of it.
                    generator.close()
                    return Returned(None)
                except BaseException as error:
                    step, value = generator.throw, error


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
