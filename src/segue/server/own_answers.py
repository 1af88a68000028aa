"""What a server answers of itself, without asking a service: how it is, its figures, and what is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from segue.backend.embedded import EmbeddedBackend
from segue.server.api import Awaited
from segue.server.background import Background
from segue.server.claiming import Claiming
from segue.server.draining import Draining
from segue.server.figures.metrics import Metrics
from segue.server.guard import Admitted
from segue.server.listening import Listening
from segue.server.loops.metronome import Metronome
from segue.server.readiness import readiness
from segue.wire.background import TASK_RUN_ENDED, TASK_RUN_WITHDRAW, AskEnded, EndedRuns
from segue.wire.leases import LEASE_LISTEN, Listen, News
from segue.wire.operations import TASK_RUN_CLAIM
from segue.wire.requests import ById, ClaimedTasks, ClaimTasks, Nothing
from segue.wire.servers import (
    SERVER_FACTS,
    SERVER_HEALTH,
    SERVER_METRICS,
    SERVER_READY,
    Health,
    Readiness,
    ServerFacts,
)
from segue.wire.workers import WORK_CLAIM, WORKER_LEAVE, ClaimedWork, ClaimWork, WorkerRef

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def own_answers(
    backend: EmbeddedBackend,
    readers: Executor,
    *,
    listening: Listening,
    metronome: Metronome,
    draining: Draining,
    figures: Metrics,
    claiming: Claiming,
    background: Background,
    facts: Callable[[], ServerFacts],
) -> Mapping[str, Awaited]:
    """Return the answers by the names of their operations."""

    async def news(request: Listen, _: Admitted) -> News:
        return await listening.news(request)

    async def health(_: Nothing, __: Admitted) -> Health:
        return Health()

    async def ready(_: Nothing, __: Admitted) -> Readiness:
        return await _in_thread(readers, readiness, backend, metronome.beats(), draining.begun)

    async def told(_: Nothing, __: Admitted) -> ServerFacts:
        return await _in_thread(readers, facts)

    async def metrics(_: Nothing, __: Admitted) -> str:
        return await _in_thread(readers, figures.page)

    async def work(request: ClaimWork, admitted: Admitted) -> ClaimedWork:
        return await claiming.work(request, admitted.caller)

    async def leave(request: WorkerRef, admitted: Admitted) -> Nothing:
        return await claiming.leave(request, admitted.caller)

    async def tasks(request: ClaimTasks, admitted: Admitted) -> ClaimedTasks:
        return await background.claim(request, admitted.caller)

    async def ended(request: AskEnded, _: Admitted) -> EndedRuns:
        return await background.ended(request)

    async def withdraw(request: ById, _: Admitted) -> Nothing:
        return await background.withdraw(request)

    return {
        TASK_RUN_CLAIM.name: tasks,
        TASK_RUN_ENDED.name: ended,
        TASK_RUN_WITHDRAW.name: withdraw,
        WORK_CLAIM.name: work,
        WORKER_LEAVE.name: leave,
        LEASE_LISTEN.name: news,
        SERVER_FACTS.name: told,
        SERVER_HEALTH.name: health,
        SERVER_METRICS.name: metrics,
        SERVER_READY.name: ready,
    }


async def _in_thread(readers: Executor, function: Callable[[*Ts], T], *args: *Ts) -> T:
    return await asyncio.get_running_loop().run_in_executor(readers, function, *args)
