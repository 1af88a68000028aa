"""Pausing, resuming and waiting for flow runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, overload
from uuid import UUID

from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.responses import SetStateStatus
from segue.engine.asks import CancelRequested, Do, Script, Sleep
from segue.engine.lives import FlowLife, current_flow, current_task
from segue.exceptions import FlowPauseTimeout, FlowRunWaitTimeout, NotPausedError
from segue.host import clock
from segue.host.ids import new_id
from segue.model.states import Cancelled, Cancelling, Paused, Running
from segue.model.states import State as ModelState
from segue.pairs import aplay, play
from segue.wire.operations import FLOW_RUN_HISTORY, FLOW_RUN_PROPOSE, FLOW_RUN_READ
from segue.wire.requests import ById, Proposal, Verdict

if TYPE_CHECKING:
    from segue.input.keysets import Keyset
    from segue.input.run_input import BaseRunInput

T = TypeVar("T")
log = logging.getLogger("segue.flow_runs")

#: A look at the record costs little, so a resume is seen this soon (seconds) whatever `poll_interval` says.
SOON = 0.2


@overload
def pause_flow_run(
    wait_for_input: None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> None: ...
@overload
def pause_flow_run(
    wait_for_input: type[T], timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T: ...
def pause_flow_run(
    wait_for_input: type[T] | None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T | None:
    """Wait in this process until somebody resumes the current flow run; returns the input when one was asked for.

    `timeout` and `poll_interval` are seconds. A `key` pauses once only: met again, the pause is passed. Awaitable in async code. Raises
    FlowPauseTimeout when nobody resumes in time, RuntimeError outside a flow run.
    """
    return play(_pause(wait_for_input, timeout, poll_interval, key))


@overload
async def apause_flow_run(
    wait_for_input: None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> None: ...
@overload
async def apause_flow_run(
    wait_for_input: type[T], timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T: ...
async def apause_flow_run(
    wait_for_input: type[T] | None = None, timeout: float = 3600, poll_interval: float = 10, key: str | None = None
) -> T | None:
    """Wait until somebody resumes the current flow run; the async form of `pause_flow_run`."""
    return await aplay(_pause(wait_for_input, timeout, poll_interval, key))


def _pause(
    wait_for_input: type[T] | None, timeout: float, poll_interval: float, key: str | None
) -> Script[T | None]:
    if timeout < 0:
        raise ValueError(f"'timeout' must be a non-negative number, got {timeout}")
    life = current_flow.get()
    if life is None:
        raise RuntimeError("Flow runs can only be paused from within a flow run.")
    life.pauses += 1
    paused = _paused(key or str(life.pauses), timeout, asks=wait_for_input is not None)
    question = _Question(life, paused, wait_for_input) if wait_for_input is not None else None
    log.info("Pausing flow, execution will continue when this flow run is resumed.", extra={"life": life})
    if life.spec.durable and (yield Do(_went_on, (life, paused.key))):
        return (yield from question.answer()) if question is not None else None
    if question is not None:
        yield from question.put()
    verdict: Verdict = yield Do(_propose, (life, paused))
    if verdict.status == "accept":
        life.enter(paused)
        yield from _until_resumed(life, paused, poll_interval)
        log.info("Resuming flow run execution!", extra={"life": life})
    elif not isinstance(verdict.state, Running) or "already fired" not in (verdict.reason or ""):
        raise RuntimeError(f"Flow run cannot be paused: {verdict.reason}")
    return (yield from question.answer()) if question is not None else None
