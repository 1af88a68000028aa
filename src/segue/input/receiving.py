"""Waiting for values that others send to a flow run, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Generic, Self, TypeVar
from uuid import UUID

from segue.client.schemas.objects import FlowRunInput
from segue.engine.asks import Script, Sleep
from segue.host import clock
from segue.input.actions import ensure_flow_run_id, find
from segue.pairs import aplay, play

T = TypeVar("T")

#: A look at the record costs little here, so a message is seen this soon (seconds) whatever `poll_interval` says.
SOON = 0.2


class GetInputHandler(Generic[T], Iterator[T], AsyncIterator[T]):
    """Gives the values sent under a key prefix, oldest first; each wait ends after `timeout` seconds, and with it the loop."""

    def __init__(
        self,
        read: Callable[[FlowRunInput], T],
        key_prefix: str,
        *,
        timeout: float | None = 3600,
        poll_interval: float = 10,
        raise_timeout_error: bool = False,
        exclude_keys: Iterable[str] | None = None,
        flow_run_id: UUID | str | None = None,
    ) -> None:
        self._read = read
        self.key_prefix = key_prefix
        self.timeout = timeout
        self.poll_interval = poll_interval
        self.raise_timeout_error = raise_timeout_error
        self.exclude_keys = set(exclude_keys or ())
        self.flow_run_id = ensure_flow_run_id(flow_run_id)

    def _next(self) -> Script[T]:
        deadline = None if self.timeout is None else clock.monotonic() + self.timeout
        while True:
            found = yield from find(self.key_prefix, 1, self.exclude_keys, self.flow_run_id)
            if found:
                self.exclude_keys.add(found[0].key)
                return self._read(found[0])
            left = SOON if deadline is None else deadline - clock.monotonic()
            if left <= 0:
                raise TimeoutError("Timed out waiting for input")
            yield Sleep(min(self.poll_interval, SOON, left))

    def next(self) -> T:
        """Return the next value; raises TimeoutError. Awaitable in async code."""
        return play(self._next())

    async def anext(self) -> T:
        """Return the next value; the async form of `next`."""
        return await aplay(self._next())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        try:
            return self.next()
        except TimeoutError:
            if self.raise_timeout_error:
                raise
            raise StopIteration from None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.anext()
        except TimeoutError:
            if self.raise_timeout_error:
                raise
            raise StopAsyncIteration from None
