"""Slots of concurrency limits, taken and given back by runs and by users' `concurrency()`.

A claim hangs on the lease of the run (or of the process, outside of runs): when that lease ends, however the process ended, the
slots are free. So nothing has to be renewed for them, and none can leak.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from segue.engine import stamp
from segue.engine.asks import AwaitAll, Do, Script
from segue.engine.session import session
from segue.engine.turns import AGAIN
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.model.slots import TAG, SlotHolder
from segue.wire.slots import SLOTS_FREE, SLOTS_TAKE, Slot, TakeSlots

if TYPE_CHECKING:
    from segue.backend.protocol import Backend
    from segue.engine.lives import TaskLife

log = logging.getLogger("segue.engine")

#: Seconds between two questions where their number is bounded: short at first, then longer.
_FIRST, _LONGEST = 0.05, 0.5


def patience(told: float | None) -> float:
    """Return for how long to wait to be told; `told`: seconds after which slots are free by themselves."""
    return AGAIN if told is None else min(max(told, 0.01), 5.0)


def impatience(asked: int, told: float | None) -> float:
    """Return how long to wait before asking again where that is done a few times only."""
    return max(min(_FIRST * 1.5**asked, _LONGEST), min(told or 0.0, 5.0))


def take_tags(life: TaskLife) -> Script[str]:
    """Take a slot of every limit on the run's tags and return the claim; says what it waits for. Raises `SegueError`."""
    reached = _backend(life)
    names = [f"{TAG}{tag}" for tag in sorted(life.tags & life.stream.limited_tags)]
    request = TakeSlots(
        id=new_id(),
        names=names,
        lease_id=life.stream.lease_id,
        holder=SlotHolder(type="task-run", id=life.id, name=life.name),
    )
    turns, told = session().pulse.turns, False
    try:
        while True:
            answer = yield Do(reached.call, (SLOTS_TAKE, request))
            if answer.held:
                return request.id
            turn = yield Do(turns.expect, (request.id,))
            if not told:
                told = True
                tag = answer.waiting_for.removeprefix(TAG)
                message = f"Waiting for a slot of the concurrency limit on tag {tag!r}; {answer.ahead} wait before."
                life.move(stamp.awaiting_slot(message))
            yield AwaitAll([turn], patience(answer.seconds))
    except BaseException:
        give_back(reached, request.id)
        raise
    finally:
        turns.forget(request.id)


def free_tags(life: TaskLife, claim: str) -> None:
    """Give the slots back."""
    give_back(_backend(life), claim)


def give_back(reached: Backend, claim: str) -> None:
    """Free a claim; where that cannot be told now, the end of its lease frees it."""
    try:
        reached.call(SLOTS_FREE, Slot(claim))
    except SegueError as problem:
        log.warning("slots of claim %s are given back with the end of the run: %s", claim, problem)


def _backend(life: TaskLife) -> Backend:
    return life.flow.backend if life.flow is not None else session().backend
