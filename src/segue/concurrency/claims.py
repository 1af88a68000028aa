"""Claims on slots as scripts, from which the sync and the async forms are made."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from segue.engine.asks import AwaitAll, Do, Script
from segue.engine.lives import FlowLife, current_flow, current_task
from segue.engine.session import session
from segue.engine.slots import give_back, impatience, patience
from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.model.slots import SlotHolder
from segue.wire.slots import SLOTS_TAKE, Slots, TakeSlots


class ConcurrencySlotAcquisitionError(Exception):
    """Raised when slots can never be taken: more are asked for than there are, or the limit does not exist."""


class AcquireConcurrencySlotTimeoutError(TimeoutError):
    """Raised when no slot became free in time."""


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody asks for."""

    names: Sequence[str]
    occupy: int = 1
    timeout: float | None = None
    #: Times to ask again after the first.
    max_retries: int | None = None
    seconds: float = 300.0
    strict: bool = False
    rate: bool = False
    holder: SlotHolder | None = None


def names_of(names: str | Sequence[str]) -> list[str]:
    """Return names given as one text or as several."""
    return [names] if isinstance(names, str) else list(names)


def taken(asked: Asked) -> Script[str | None]:
    """Take slots and return the claim, None where nothing was asked for; raises the errors of this module."""
    if not asked.names:
        return None
    lease_id, holder = yield Do(_who)
    request = TakeSlots(
        id=new_id(), names=list(asked.names), slots=asked.occupy, mode="rate_limit" if asked.rate else "concurrency",
        seconds=asked.seconds, lease_id=lease_id, holder=asked.holder or holder, strict=asked.strict,
    )  # fmt: skip
    reached = session().backend
    deadline = None if asked.timeout is None else clock.monotonic() + asked.timeout
    turns, tries = session().pulse.turns, 0
    try:
        while True:
            answer = yield Do(reached.call, (SLOTS_TAKE, request))
            if answer.held:
                return request.id
            wait = _wait(asked, answer, tries, deadline)
            turn = yield Do(turns.expect, (request.id,))
            yield AwaitAll([turn], wait)
            tries += 1
    except SegueError as problem:
        if problem.status not in {404, 422}:
            raise
        if problem.status == 404:
            raise ConcurrencySlotAcquisitionError(str(problem)) from problem
        raise ConcurrencySlotAcquisitionError(
            f"Unable to acquire concurrency slots on {list(asked.names)}: {problem}"
        ) from problem
    except BaseException:
        give_back(reached, request.id)
        raise
    finally:
        turns.forget(request.id)


def _wait(asked: Asked, answer: Slots, tries: int, deadline: float | None) -> float:
    """Return how long to wait before asking again; raises AcquireConcurrencySlotTimeoutError when that is to be no more."""
    if asked.max_retries is not None and tries >= asked.max_retries:
        raise AcquireConcurrencySlotTimeoutError(
            f"No slot of {answer.waiting_for!r} became free in {tries + 1} attempts"
        )
    wait = patience(answer.seconds) if asked.max_retries is None else impatience(tries, answer.seconds)
    if deadline is None:
        return wait
    left = deadline - clock.monotonic()
    if left <= 0:
        message = f"Attempt to acquire concurrency slots timed out after {asked.timeout:g} second(s)"
        raise AcquireConcurrencySlotTimeoutError(message)
    return min(wait, left)


def given_back(claim: str | None) -> Script[None]:
    """Give slots back."""
    if claim is not None:
        yield Do(give_back, (session().backend, claim))


def _who() -> tuple[str, SlotHolder]:
    task, flow = current_task.get(), current_flow.get()
    life = task or flow
    if life is None or life.stream is None or _over(task.flow if task is not None else flow):
        stray = session().stray_stream()
        return stray.lease_id, SlotHolder(type="process", id=stray.lease_id)
    kind = "task-run" if task is not None else "flow-run"
    return life.stream.lease_id, SlotHolder(type=kind, id=life.id, name=life.name)


def _over(flow: FlowLife | None) -> bool:
    state = flow.root().state if flow is not None else None
    return state is not None and state.final
