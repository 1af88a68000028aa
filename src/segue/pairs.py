"""Functions that serve sync and async code, made from one script: `pause_flow_run` and `apause_flow_run`, and their like.

A script is a generator of asks (`segue.engine.asks`); whoever calls from sync code gets its value, whoever calls from async
code gets an awaitable of it.
"""

from __future__ import annotations

from typing import TypeVar

from segue.engine.asks import Script
from segue.engine.calling import in_async_code
from segue.engine.drive_sync import drive

T = TypeVar("T")


def play(script: Script[T]) -> T:
    """Run a script and return its value; from async code, return an awaitable of it."""
    if in_async_code():
        return aplay(script)  # type: ignore[return-value]  # what async code awaits
    return drive(script)


async def aplay(script: Script[T]) -> T:
    """Run a script without blocking the event loop and return its value."""
    from segue.engine.drive_async import adrive  # noqa: PLC0415 - a door: sync code does not pay for asyncio

    return await adrive(script)
