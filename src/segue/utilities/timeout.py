"""Deadlines around blocks of one's own, under the names users know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from segue.engine.asks import TimedOut
from segue.engine.interrupts import bounded
from segue.engine.reach import here


def fail_if_not_timeout_error(timeout_exc_type: type[Exception]) -> None:
    """Raise ValueError unless a class is one of time-outs."""
    if not issubclass(timeout_exc_type, TimeoutError):
        raise ValueError("The `timeout_exc_type` argument must be a subclass of `TimeoutError`.")  # noqa: TRY004 - as users know it


@contextmanager
def timeout(seconds: float | None = None, timeout_exc_type: type[TimeoutError] = TimeoutError) -> Iterator[None]:
    """Raise a time-out from a sync block that takes longer than `seconds`; None: it may take as long as it likes.

    In the main thread a call that waits is interrupted; elsewhere the block is ended at its next line of Python.
    """
    fail_if_not_timeout_error(timeout_exc_type)
    if seconds is None:
        yield
        return
    try:
        with bounded(seconds), _reached():
            yield
    except TimedOut as error:
        raise timeout_exc_type(f"Scope timed out after {seconds} second(s).").with_traceback(
            error.__traceback__
        ) from None


@contextmanager
def _reached() -> Iterator[None]:
    """Let the deadline reach the block: a thread that lives no run is not interrupted otherwise."""
    reach = here()
    if reach.inside:
        yield
        return
    reach.enter()
    try:
        yield
    except BaseException as error:
        ended = reach.leave(error)
        if ended is error or ended is None:
            raise
        raise ended from None
    else:
        reach.leave()


@contextmanager
def timeout_async(seconds: float | None = None, timeout_exc_type: type[TimeoutError] = TimeoutError) -> Iterator[None]:
    """Raise a time-out from a block of async code that takes longer than `seconds`, at what it awaits then."""
    fail_if_not_timeout_error(timeout_exc_type)
    task = asyncio.current_task()
    if seconds is None or task is None:
        yield
        return
    before = task.cancelling()
    over = False

    def fire() -> None:
        nonlocal over
        over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, fire)
    try:
        yield
    except asyncio.CancelledError:
        # Whoever else asked for the task's end has the last word.
        if over and task.cancelling() - 1 <= before:
            raise timeout_exc_type(f"Scope timed out after {seconds} second(s).") from None
        raise
    finally:
        timer.cancel()
        if over:
            # Whatever the block made of it: nobody asks for the task's end any more.
            task.uncancel()
