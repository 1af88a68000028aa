"""Operations handed to the writer's thread by an event loop, which goes on meanwhile.

That one of the two wakes the other costs as much as a small operation. So much goes over at once, both ways: what was asked in one
turn of the loop, and what one commit answered.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from segue.backend.commits import Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.model.callers import Caller
from segue.model.errors import SegueError
from segue.store.session import Session

Q = TypeVar("Q")
A = TypeVar("A")


class Answered:
    """Tickets that were answered for one event loop, which is woken once for all of a commit."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._tickets: deque[LoopTicket[Any, Any]] = deque()
        self._told = False

    def put(self, ticket: LoopTicket[Any, Any]) -> None:
        """Let the loop take a ticket; called by any thread."""
        self._tickets.append(ticket)
        # Only then looked at: who takes tickets says so before it looks for the first.
        if not self._told:
            self._told = True
            self.loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        self._told = False
        while self._tickets:
            self._tickets.popleft().settle()


#: Of each thread that runs a loop, the last loop and what was answered for it.
_here = threading.local()


def _answered_for(loop: asyncio.AbstractEventLoop) -> Answered:
    answered: Answered | None = getattr(_here, "answered", None)
    if answered is None or answered.loop is not loop:
        answered = _here.answered = Answered(loop)
    return answered


class LoopTicket(Ticket[Q, A]):
    """A ticket whose answer is awaited."""

    def __init__(self, name: str, handler: Callable[[Session, Q], A], request: Q, caller: Caller | None) -> None:
        super().__init__(name, handler, request, caller)
        loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[None] = loop.create_future()
        self._answered = _answered_for(loop)

    def done(self, problem: BaseException | None = None) -> None:
        """Let the caller go; called by the writer's thread."""
        if problem is not None:
            self.problem = problem
        self._answered.put(self)

    def settle(self) -> None:
        """Wake who waits; called by the loop."""
        # A client that hung up has cancelled the wait; what it asked for is done all the same.
        if not self._settled.done():
            self._settled.set_result(None)

    async def answered(self) -> A:
        """Wait for the answer; raises the problem instead when there is one."""
        await self._settled
        if self.problem is not None:
            raise self.problem
        return self.answer  # type: ignore[return-value]  # None only where A allows it


class HandingOver:
    """Hands to the writer together what is asked in one turn of the event loop."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._tickets: list[LoopTicket[Any, Any]] = []

    def submit(self, ticket: LoopTicket[Any, Any]) -> None:
        """Hand a ticket over, at the end of this turn; what speaks against it is its answer."""
        self._tickets.append(ticket)
        if len(self._tickets) == 1:
            asyncio.get_running_loop().call_soon(self._hand_over)

    def _hand_over(self) -> None:
        tickets, self._tickets = self._tickets, []
        try:
            self._backend.submit_all(tickets)
        except SegueError as problem:
            for ticket in tickets:
                ticket.done(problem)
