"""Beats of workers that wait for work: they ask again and again, and of all that asked within a while one transaction notes it."""

from __future__ import annotations

import asyncio
import logging

from segue.backend.embedded import EmbeddedBackend
from segue.model.errors import SegueError
from segue.server.tickets import LoopTicket
from segue.service.workers import note
from segue.wire.workers import WORKER_BEAT, ClaimWork, WorkerRef

_log = logging.getLogger("segue.server")

#: Seconds for which beats are gathered: a part of those between two of one worker.
_TOGETHER = 5.0


class Presence:
    """Notes who is there; used on one event loop."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._heard: dict[WorkerRef, ClaimWork] = {}
        self._task: asyncio.Task[None] | None = None

    def hear(self, request: ClaimWork) -> None:
        """Take it for a beat, where it is meant as one."""
        if not request.beats or request.work_pool_name is None:
            return
        self._heard[WorkerRef(request.work_pool_name, request.worker_name)] = request
        if self._task is None:
            self._task = asyncio.create_task(self._note())

    def forget(self, worker: WorkerRef) -> None:
        """Note nothing more of a worker that goes."""
        self._heard.pop(worker, None)

    async def _note(self) -> None:
        try:
            while self._heard:
                await asyncio.sleep(_TOGETHER)
                heard, self._heard = list(self._heard.values()), {}
                ticket = LoopTicket(WORKER_BEAT.name, note, heard, None)
                try:
                    self._backend.submit(ticket, hurry=False)
                    await ticket.answered()
                except SegueError as problem:
                    # They ask again.
                    _log.warning("Beats of %d workers could not be noted: %s", len(heard), problem)
        finally:
            self._task = None

    def close(self) -> None:
        """Note nothing more."""
        if self._task is not None:
            self._task.cancel()
