"""Operations handed to the writer's thread by an event loop, which goes on meanwhile.

That one of the two wakes the other costs as much as a small operation. So much goes over at once, both ways: what was asked in one
turn of the loop, and what one commit answered. Brief operations are done in the loop's thread, where the database lets it, and the
writer's thread has the commit alone.
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
from segue.wire.operations import FLOW_RUN_CREATE, FLOW_RUN_PROPOSE, TASK_RUN_ENQUEUE, TASK_RUN_PROPOSE
from segue.wire.recording import TASK_RUN_CREATE

Q = TypeVar("Q")
A = TypeVar("A")


#: What has to do with a few rows, whatever it is asked, or says when it has not.
BRIEF = frozenset(
    each.name for each in (FLOW_RUN_CREATE, FLOW_RUN_PROPOSE, TASK_RUN_CREATE, TASK_RUN_ENQUEUE, TASK_RUN_PROPOSE)
)


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
        #: Called in the loop's thread when the answer is there.
        self.then: Callable[[], object] | None = None

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
        if self.then is not None:
            self.then()

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
        #: Whether what was begun here is being committed: what is asked meanwhile goes into the next commit.
        self._committing = False

    def submit(self, ticket: LoopTicket[Any, Any]) -> None:
        """Hand a ticket over, at the end of this turn; what speaks against it is its answer."""
        self._tickets.append(ticket)
        if len(self._tickets) == 1 and not self._committing:
            asyncio.get_running_loop().call_soon(self._hand_over)

    def _hand_over(self) -> None:
        tickets, self._tickets = self._tickets, []
        try:
            if not self._begin(tickets):
                self._backend.submit_all(tickets)
        except SegueError as problem:
            for ticket in tickets:
                ticket.done(problem)

    def _begin(self, tickets: list[LoopTicket[Any, Any]]) -> bool:
        """Do brief operations here; say whether it was done."""
        if not all(ticket.name in BRIEF for ticket in tickets):
            return False
        self._committing = self._backend.begin(tickets)
        if self._committing:
            # The last that is answered of this commit.
            tickets[-1].then = self._committed
        return self._committing

    def _committed(self) -> None:
        self._committing = False
        if self._tickets:
            # Whoever was answered goes first.
            asyncio.get_running_loop().call_soon(self._hand_over)
