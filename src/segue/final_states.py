"""What a return value means: users may return states and futures, which then decide how their run ends."""

from __future__ import annotations

from types import GeneratorType
from typing import Any

from segue.engine import stamp
from segue.engine.ended import Ended
from segue.exceptions import UnfinishedRun
from segue.state_results import exception_of
from segue.states import State, StateGroup, is_state_iterable
from segue.upstream import ATOMS, with_states

_CONTAINERS = (list, tuple, set)


def conclude_task(value: Any) -> Ended | None:
    """Return how a task run ends that returned `value`; None for an ordinary value."""
    if type(value) in ATOMS:
        return None
    if isinstance(value, State):
        # The caller of a task is given the very state, also a failed one; made without a value, its value is None.
        value.has_value = True
        return _aggregate([value], value) if _from_a_run(value) else Ended(value.model, value=value, face=value)
    if isinstance(value, _CONTAINERS) and is_state_iterable(value):
        return _aggregate(list(value), value)
    return _drained(value) if isinstance(value, GeneratorType) else None


def conclude_flow(value: Any) -> Ended | None:
    """Return how a flow run ends that returned `value`; None for an ordinary value. Waits for futures, which become states.

    A state made by the user decides; states and futures of other runs decide together: all must have completed.
    """
    if type(value) in ATOMS:
        return None
    returned, value = value, with_states(value)
    if isinstance(value, State):
        if not _from_a_run(value):
            return _given(value, value.data)
        ended = _aggregate([value], value)
        if ended.completed:
            return ended
        return Ended(ended.state, value, _first_error([value], ended.state.message or ""), face=ended.face)
    if isinstance(value, _CONTAINERS) and is_state_iterable(value):
        # The caller of a flow that returned several states is given them, whatever became of them.
        return _aggregate(list(value), value)
    if isinstance(value, GeneratorType):
        return _drained(value)
    return None if value is returned else Ended(stamp.completed(), value=value)


def _drained(items: GeneratorType[Any, Any, Any]) -> Ended:
    """The items of a generator that was made and returned: a result can be asked for more than once, a generator cannot."""
    return Ended(stamp.completed(), value=list(items))


def _from_a_run(state: State) -> bool:
    return (
        state.source is not None
        or state.state_details.flow_run_id is not None
        or state.state_details.task_run_id is not None
    )


def _given(state: State, value: Any) -> Ended:
    failed = state.is_failed() or state.is_crashed() or state.is_cancelled()
    state.has_value = True
    return Ended(state.model, value=value, error=exception_of(state) if failed else None, face=state)


def _aggregate(states: list[State], value: Any) -> Ended:
    kind, message = StateGroup(states).aggregate()
    state = State(type=kind, message=message, data=value)
    return Ended(state.model, value=value, face=state)


def _first_error(states: list[State], message: str) -> BaseException:
    for state in states:
        if state.is_failed() or state.is_crashed() or state.is_cancelled():
            return exception_of(state)
    return UnfinishedRun(message)
