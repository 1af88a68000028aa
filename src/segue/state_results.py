"""From a state to its value or its exception: the one place where a state's data is read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segue.engine.calling import in_async_code
from segue.engine.failure import crash_message
from segue.exceptions import CancelledRun, CrashedRun, FailedRun, MissingResult, PausedRun, UnfinishedRun
from segue.model.states import ResultRef
from segue.opening import open_result

if TYPE_CHECKING:
    from segue.states import State

_MISSING = (
    "State data is missing. Typically, this occurs when result persistence is disabled and the state has been"
    " retrieved from the API."
)


def value_of(state: State, *, raise_on_failure: bool) -> Any:
    """Return the value of a state, or raise (or return) what went wrong."""
    if state.is_paused():
        raise PausedRun("Run is paused, its result is not available.", state=state)
    if not state.is_final():
        raise UnfinishedRun(f"Run is in {state.type.name} state, its result is not available.")
    if state.is_crashed() or state.is_cancelled() or state.is_failed():
        if raise_on_failure:
            raise exception_of(state)
        return _data(state) if state.data is not None else exception_of(state)
    if state.data is None and not state.has_value:
        raise MissingResult(_MISSING)
    return _data(state)


def _data(state: State) -> Any:
    data = state.data
    if isinstance(data, ResultRef):
        return open_result(data, state.results)
    return data


def plain(data: Any) -> Any:
    """Return what JSON can say of a state's data: pointers and plain values, nothing of users' objects."""
    return data if data is None or isinstance(data, bool | int | float | str) else None


def exception_of(state: State) -> BaseException:
    """Return the exception of a failed, crashed or cancelled state."""
    if state.is_failed():
        wrapper: type[Exception] = FailedRun
        default = "Run failed."
    elif state.is_crashed():
        wrapper, default = CrashedRun, "Run crashed."
    elif state.is_cancelled():
        wrapper, default = CancelledRun, "Run cancelled."
    else:
        raise ValueError(f"Expected failed or crashed state got {state!r}.")
    return _exception(state, wrapper, default)


def _exception(state: State, wrapper: type[Exception], default: str) -> BaseException:
    if state.error is not None:
        return state.error
    data = _data(state)
    if data is None:
        return wrapper(state.message or default)
    if isinstance(data, BaseException):
        return data
    if isinstance(data, str):
        return wrapper(data)
    if hasattr(data, "is_final"):
        return exception_of(data)
    if isinstance(data, list | tuple | set):
        for item in data:
            if hasattr(item, "is_final") and (item.is_failed() or item.is_crashed() or item.is_cancelled()):
                return exception_of(item)
    raise TypeError(
        f"Unexpected result for failed state: {data!r} —— {type(data).__name__} cannot be resolved into an exception"
    )


def raise_for(state: State) -> None:
    """Raise the exception of a failed, crashed or cancelled state."""
    if state.is_failed() or state.is_crashed() or state.is_cancelled():
        raise exception_of(state)


def dispatch(function: Callable[[State], Any], state: State) -> Any:
    """Call in sync code; in async code answer with an awaitable."""
    if not in_async_code():
        return function(state)

    async def answer() -> Any:
        return function(state)

    return answer()


def failed_of(
    cls: type[State], kind: Any, exc: BaseException | None, message: str | None, kwargs: dict[str, Any]
) -> State:
    """Return the Failed state of an exception."""
    if exc is None:
        exc = sys.exc_info()[1]
        if exc is None:
            raise ValueError("Exception was not passed and no active exception could be found.")
    for name in ("result_store", "write_result", "hash_key"):
        kwargs.pop(name, None)
    text = f"{type(exc).__name__}: {exc}" if str(exc) else f"{type(exc).__name__}"
    full = f"{message} {text}" if message else f"{text}"
    state = cls(type=kind, data=exc, message=kwargs.pop("prefix", "") + full, **kwargs)
    state.error = exc
    return state


def crashed_of(cls: type[State], kind: Any, exc: BaseException, kwargs: dict[str, Any]) -> State:
    """Return the Crashed state of what interrupted a run."""
    kwargs.pop("result_store", None)
    state = cls(type=kind, data=exc, message=crash_message(exc), **kwargs)
    state.error = exc
    return state
