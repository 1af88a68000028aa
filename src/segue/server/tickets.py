"""Operations handed to the writer's thread by an event loop, which goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from segue.backend.commits import Ticket
from segue.model.callers import Caller
from segue.store.session import Session

Q = TypeVar("Q")
A = TypeVar("A")


class LoopTicket(Ticket[Q, A]):
    """A ticket whose answer is awaited."""

    def __init__(self, name: str, handler: Callable[[Session, Q], A], request: Q, caller: Caller | None) -> None:
        super().__init__(name, handler, request, caller)
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[None] = self._loop.create_future()

    def done(self, problem: BaseException | None = None) -> None:
        """Let the caller go; called by the writer's thread."""
        if problem is not None:
            self.problem = problem
        self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        # A client that hung up has cancelled the wait; what it asked for is done all the same.
        if not self._settled.done():
            self._settled.set_result(None)

    async def answered(self) -> A:
        """Wait for the answer; raises the problem instead when there is one."""
        await self._settled
        if self.problem is not None:
            raise self.problem
        return self.answer  # type: ignore[return-value]  # None only where A allows it
