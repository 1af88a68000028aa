"""Long polls about background tasks: of task workers that wait for runs, and of programs that wait for runs to end."""

from __future__ import annotations

from concurrent.futures import Executor

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model.callers import Caller
from segue.model.errors import NotFound
from segue.server.room import Room
from segue.server.tickets import LoopTicket
from segue.server.wakeups import Wakeups
from segue.service.background import answerable, claim, endings, waiting
from segue.wire.background import LONGEST_WAIT, AskEnded, EndedRuns
from segue.wire.operations import TASK_RUN_CLAIM
from segue.wire.requests import ById, ClaimedTasks, ClaimTasks, Nothing

#: Seconds between two looks at least: short for workers, whose tasks wait, longer where what was found is many answers in one.
_REST, _GATHERED = 0.005, 0.01


class Background:
    """Holds those who wait at one server for background tasks; used on its event loop."""

    def __init__(self, backend: EmbeddedBackend, wakeups: Wakeups, readers: Executor) -> None:
        self._backend = backend
        self._workers: Room[ClaimTasks, bool] = Room(backend, wakeups, readers, waiting, nothing=False, rest=_REST)
        self._askers: Room[AskEnded, EndedRuns | NotFound] = Room(
            backend, wakeups, readers, endings, EndedRuns(), rest=_GATHERED
        )

    async def claim(self, request: ClaimTasks, caller: Caller | None) -> ClaimedTasks:
        """Return runs for a task worker, as soon as there are any; none when its time is over, or it has withdrawn the claim."""
        until = monotonic() + min(max(request.seconds, 0.0), LONGEST_WAIT)
        while True:
            # Most come before there is anything for them: they cost no transaction, and wake nobody.
            left = max(until - monotonic(), 0.0)
            if not await self._workers.answer(request, left, lambda session: answerable(session, request)):
                return ClaimedTasks(items=[])
            found = await self._claim(request, caller)
            if found.items or left <= 0 or self._workers.closing:
                return found

    async def ended(self, request: AskEnded) -> EndedRuns:
        """Return which runs have ended, as soon as one has of which it matters; raises `NotFound`."""
        answer = await self._askers.answer(request, min(max(request.seconds, 0.0), LONGEST_WAIT))
        if isinstance(answer, NotFound):
            raise answer
        return answer

    async def withdraw(self, request: ById) -> Nothing:
        """Answer at once what waits under an id."""
        self._workers.withdraw(request.id)
        self._askers.withdraw(request.id)
        return Nothing()

    def close(self) -> None:
        """Answer everybody: the server is going."""
        self._workers.close()
        self._askers.close()

    async def _claim(self, request: ClaimTasks, caller: Caller | None) -> ClaimedTasks:
        ticket = LoopTicket(TASK_RUN_CLAIM.name, claim, request, caller)
        self._backend.submit(ticket)
        return await ticket.answered()
